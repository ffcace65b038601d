using System.IO.MemoryMappedFiles;
using ProcessingJob.Contract;

namespace ProcessingJob.Models.Weights;

/// <summary>A file mapped for reading, also one behind a symbolic link. It must not be cut while it is mapped.</summary>
sealed unsafe class MappedFile : IDisposable
{
    readonly MemoryMappedFile? _file;
    readonly MemoryMappedViewAccessor? _view;

    MappedFile(string path)
    {
        Path = path;
        using var handle = File.OpenHandle(path);
        Length = RandomAccess.GetLength(handle);
        if (Length == 0)
        {
            return; // an empty file cannot be mapped
        }

        _file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start + _view.PointerOffset;
    }

    public string Path { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>The first byte; valid until Dispose.</summary>
    public byte* Start { get; }

    /// <exception cref="Contract.PJobException">Model: the file cannot be opened.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            return new MappedFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why =
                e is FileNotFoundException or DirectoryNotFoundException && new FileInfo(path).LinkTarget is { } target
                    ? $"it is a link to {target}, which is not there"
                    : FileFault.Of(e);
            throw ModelError.Refuse(path, $"cannot be read: {why}", e);
        }
    }

    public void Dispose()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        _file?.Dispose();
    }
}
