using Microsoft.Win32.SafeHandles;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Storage;

/// <summary>A local file. Its length is that of the moment it was opened: a file that gets shorter afterwards is a fault.</summary>
public sealed class LocalSource : IByteSource
{
    readonly SafeFileHandle _file;

    /// <param name="path">Where it is.</param>
    /// <param name="name">What it is called in messages and results.</param>
    /// <param name="version">What the plan calls its version.</param>
    /// <exception cref="PJobException">It is not there, not a file, or not readable.</exception>
    public LocalSource(string path, string? name = null, string version = "")
    {
        Name = name ?? path;
        Version = version;
        try
        {
            _file = RegularFile.Open(path, Name);
            Stamp = RegularFile.StampOf(_file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PJobException(
                $"{Name}: cannot be opened: {FileFault.Of(e)}; fix: check that it is there and readable",
                ExitCode.Failed,
                e
            );
        }
    }

    public string Name { get; }
    public long Length => Stamp.Size;
    public string Version { get; }

    /// <summary>As it was opened.</summary>
    internal FileStamp Stamp { get; }

    public void CheckUnchanged()
    {
        if (RegularFile.StampOf(_file) is var now && now != Stamp)
        {
            throw new PJobException(
                $"{Name}: was changed while it was read ({Stamp.Size} bytes at the beginning, {now.Size} at the end); "
                    + "nothing of it was committed; fix: run again when nothing writes to it"
            );
        }
    }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(offset, buffer.Span));
    }

    public Stream OpenSequential(long start, long likelyEnd) => new SequentialStream(this, start);

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return default;
    }

    int Read(long offset, Span<byte> buffer)
    {
        var wanted = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        var done = 0;
        try
        {
            // A page-cache copy: cheaper done here than sent to another thread.
            while (done < wanted)
            {
                var read = RandomAccess.Read(_file, buffer[done..wanted], offset + done);
                if (read == 0)
                {
                    throw new PJobException(
                        $"{Name}: ended at byte {offset + done}, but had {Length} bytes when it was opened; it was changed while "
                            + "being read: start again when nothing writes to it"
                    );
                }

                done += read;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"{Name}: cannot be read at byte {offset + done}: {FileFault.Of(e)}", ExitCode.Failed, e);
        }
        return done;
    }

    sealed class SequentialStream(LocalSource source, long position) : ReadOnlyStream
    {
        long _position = position;

        public override int Read(Span<byte> buffer)
        {
            var read = source.Read(_position, buffer);
            _position += read;
            return read;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(Read(buffer.Span));
        }
    }
}
