using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;

namespace ProcessingJob.Data.Columns;

/// <summary>Rows on their way to a <see cref="UnitWriter"/>: one column per output column, all of the same count.</summary>
public sealed class ColumnBlock : IDisposable
{
    PooledList<byte> _splits;

    public ColumnBlock(IReadOnlyList<OutputColumn> schema)
    {
        Schema = schema;
        Columns = [.. schema.Select(Column.Create)];
    }

    public IReadOnlyList<OutputColumn> Schema { get; }
    public IReadOnlyList<Column> Columns { get; }
    public int Count => Columns.Count == 0 ? 0 : Columns[0].Count;

    /// <summary>Index of each row's split (<see cref="RowBlock.Split"/>); empty when there are no splits.</summary>
    public ReadOnlySpan<byte> Splits => _splits.Span;

    /// <summary>
    /// The column of that name, of two the later one: a kept column may have the name that a task's column has before output.names
    /// gives it another. Its concrete type follows from its kind (<see cref="Column.Create"/>).
    /// </summary>
    public T Get<T>(string name)
        where T : Column
    {
        for (var i = Schema.Count - 1; i >= 0; i--)
        {
            if (Schema[i].Name == name)
            {
                return (T)Columns[i];
            }
        }
        throw new ArgumentException($"no column '{name}'", nameof(name));
    }

    /// <summary>Once per row when the output has splits.</summary>
    public void AddSplit(int split) => _splits.Add((byte)split);

    public void Clear()
    {
        _splits.Clear();
        foreach (var column in Columns)
        {
            column.Clear();
        }
    }

    public void Dispose()
    {
        _splits.Dispose();
        foreach (var column in Columns)
        {
            column.Dispose();
        }
    }
}
