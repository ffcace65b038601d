using ProcessingJob.Contract;

namespace ProcessingJob.Data;

internal sealed class ParquetUnitReader(WorkUnit unit, IByteSource source, RowBuilder builder)
{
    public IAsyncEnumerable<RowBlock> ReadAsync(CancellationToken cancellation) => throw new NotImplementedException(unit.Id + source.Name + builder + cancellation);
}
