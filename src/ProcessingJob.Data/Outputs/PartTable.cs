using System.Runtime.CompilerServices;
using Apache.Arrow.Ipc;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Outputs;

/// <summary>Some rows of a Parquet or an Arrow part, with all its columns.</summary>
public sealed class PartTable : IDisposable
{
    readonly IDisposable _owner;

    PartTable(IReadOnlyList<KeptColumn> columns, IReadOnlyList<Column> values, int count, IDisposable owner) =>
        (Columns, Values, Count, _owner) = (columns, values, count, owner);

    public IReadOnlyList<KeptColumn> Columns { get; }

    /// <summary>One per column, valid until this is disposed.</summary>
    public IReadOnlyList<Column> Values { get; }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>The rows in the file's order, some thousand at a time; the caller disposes what it gets.</summary>
    public static IAsyncEnumerable<PartTable> ReadAsync(string path, CancellationToken cancellationToken = default) =>
        Path.GetExtension(path) == ".arrow" ? ReadArrowAsync(path, cancellationToken) : ReadParquetAsync(path, cancellationToken);

    public void Dispose() => _owner.Dispose();

    static async IAsyncEnumerable<PartTable> ReadParquetAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (columns, rows) in ParquetTable.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            yield return new(columns, rows.Kept, rows.Count, rows);
        }
    }

    static async IAsyncEnumerable<PartTable> ReadArrowAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(path);
        using var reader = new ArrowFileReader(file);
        while (await reader.ReadNextRecordBatchAsync(cancellationToken).ConfigureAwait(false) is { } batch)
        {
            using (batch)
            {
                KeptColumn[] columns = [.. batch.Schema.FieldsList.Select(f => new KeptColumn(f.Name, ArrowTypes.Of(f)!))];
                ArrowValues[] arrays = [.. columns.Select((c, i) => ArrowValues.Of(c.Type, batch.Column(i).Data))];
                for (var start = 0; start < batch.Length; start += PartReader.Stretch)
                {
                    var count = Math.Min(PartReader.Stretch, batch.Length - start);
                    var rows = new ColumnBlock([
                        .. columns.Select(c => new OutputColumn(c.Name, ColumnKind.Typed, true) { Type = c.Type }),
                    ]);
                    foreach (var (array, into) in arrays.Zip(rows.Columns))
                    {
                        for (var row = start; row < start + count; row++)
                        {
                            _ = array.Append(row, into);
                        }
                    }

                    yield return new(columns, rows.Columns, count, rows);
                }
            }
        }
    }
}
