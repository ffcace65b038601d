using System.Diagnostics;
using ProcessingJob.Contract.Output;
using ProcessingJob.Storage;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>An output whose writes and commits are counted.</summary>
sealed class MeteredStore(IOutputStore inner, CpuMeter write, CpuMeter commit) : IOutputStore
{
    public string Location => inner.Location;

    public Task ProbeAsync(CancellationToken cancellationToken) => inner.ProbeAsync(cancellationToken);

    public async Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken) =>
        new File(await inner.StageAsync(path, cancellationToken), write);

    public async Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var stands = await inner.CommitAsync(record, files, cancellationToken);
        commit.Add((long)Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        return stands;
    }

    public IAsyncEnumerable<StoredFile> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) => inner.ReadAsync(path, cancellationToken);

    public Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken) => inner.CopyAsync(path, cancellationToken);

    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        inner.WriteAsync(path, content, cancellationToken);

    public Task DeleteAsync(string path, CancellationToken cancellationToken) => inner.DeleteAsync(path, cancellationToken);

    sealed class File(StagedFile inner, CpuMeter write) : StagedFile(inner.Path)
    {
        public override Stream Stream { get; } = new Sink(inner.Stream, write);

        public override Task FinishAsync(CancellationToken cancellationToken) => inner.FinishAsync(cancellationToken);

        public override Task PublishAsync(CancellationToken cancellationToken) => inner.PublishAsync(cancellationToken);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>Written by <see cref="Data.Writing.UnitWriter"/> alone, which owns the stream below.</summary>
    sealed class Sink(Stream inner, CpuMeter write) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => inner.Length;
        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var start = ThreadTime.Nanoseconds;
            inner.Write(buffer);
            write.Add(ThreadTime.Nanoseconds - start);
        }

        // At once, as the page cache takes it: another thread's time could not be counted.
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return default;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
