using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>Parquet: read by row groups.</summary>
sealed class ParquetInput : InputReader
{
    public override async Task<FoundColumns> FindColumnsAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken)
    {
        var file = await ParquetFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var fileScope = file.ConfigureAwait(false);
        return file.Columns.Found();
    }

    public override IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        RowBuilder builder,
        FileMemory memory,
        CancellationToken cancellationToken
    ) => new ParquetUnitReader(unit, source, builder).ReadAsync(cancellationToken);
}
