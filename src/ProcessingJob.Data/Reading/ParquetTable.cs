using System.Runtime.CompilerServices;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>All columns of a Parquet file, as they are: for looking at parts.</summary>
public static class ParquetTable
{
    /// <summary>The rows in the file's order, some thousand at a time. Blocks belong to the caller, who disposes them.</summary>
    /// <exception cref="PJobException">The file cannot be read.</exception>
    public static async IAsyncEnumerable<(IReadOnlyList<KeptColumn> Columns, RowBlock Rows)> ReadAsync(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var source = new LocalSource(path, path);
        await using var sourceScope = source.ConfigureAwait(false);
        var input = new InputSpec { Keep = ["*"] };
        var found = await new ParquetInput().FindColumnsAsync(source, input, cancellationToken).ConfigureAwait(false);
        var options = new ReadOptions
        {
            Input = input,
            Texts = [],
            Schema = found.Columns,
        };
        var unit = WorkUnit.Create(path, InputFormat.Parquet, 0, source.Length, source.Length, "", "", "");
        await foreach (var block in new RowReader(options).ReadAsync(unit, source, cancellationToken).ConfigureAwait(false))
        {
            yield return (found.Columns, block);
        }
    }
}
