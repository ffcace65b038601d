using ProcessingJob.Contract.Plan;
using ProcessingJob.Storage;

namespace ProcessingJob.Benchmarks.Host;

/// <summary>Local files whose reads are counted.</summary>
sealed class MeteredData(IDataRoot inner, CpuMeter read) : IDataRoot
{
    public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public async Task<IByteSource> OpenAsync(WorkUnit unit, CancellationToken cancellationToken) =>
        new Source(await inner.OpenAsync(unit, cancellationToken), read);

    sealed class Source(IByteSource inner, CpuMeter read) : IByteSource
    {
        public string Name => inner.Name;
        public long Length => inner.Length;
        public string Version => inner.Version;

        public void CheckUnchanged() => inner.CheckUnchanged();

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
            read.Measure(() => inner.ReadAsync(offset, buffer, cancellationToken));

        public Stream OpenSequential(long start, long likelyEnd) => new Sequential(inner.OpenSequential(start, likelyEnd), read);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    sealed class Sequential(Stream inner, CpuMeter read) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            var start = ThreadTime.Nanoseconds;
            var count = inner.Read(buffer);
            read.Add(ThreadTime.Nanoseconds - start);
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            read.Measure(() => inner.ReadAsync(buffer, cancellationToken));

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
