using System.Runtime.InteropServices;

namespace ProcessingJob.Cli.Compare;

/// <summary>Vectors of one width on disk, so that an output may be larger than memory. The file has no name that outlives it.</summary>
sealed class VectorFile : IDisposable
{
    const int BufferBytes = 4 << 20;
    readonly FileStream _file;
    readonly int _width;

    public VectorFile(int width)
    {
        _width = width;
        var path = Path.Combine(Path.GetTempPath(), $"pjob-compare-{Guid.NewGuid():n}.tmp");
        _file = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes, FileOptions.DeleteOnClose);
    }

    public int Count { get; private set; }

    public void Add(ReadOnlySpan<float> vector)
    {
        _file.Write(MemoryMarshal.AsBytes(vector));
        Count++;
    }

    /// <summary>Call once after the last <see cref="Add"/>.</summary>
    public void Flush() => _file.Flush();

    public void Read(int index, Span<float> vector) =>
        RandomAccess.Read(_file.SafeFileHandle, MemoryMarshal.AsBytes(vector[.._width]), (long)index * _width * sizeof(float));

    public void Dispose() => _file.Dispose();
}
