using ProcessingJob.Contract;

namespace ProcessingJob.Data;

internal static class ParquetFile
{
    public static Task<List<KeptColumn>> ColumnsAsync(IByteSource source, CancellationToken cancellation) => throw new NotImplementedException(source.Name + cancellation);
}
