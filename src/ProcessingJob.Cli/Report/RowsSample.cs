using ProcessingJob.Cli.Display;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Report;

/// <summary>Rows from all over an output, with all their columns.</summary>
sealed class RowsSample
{
    const int MaxParts = 48;

    readonly Dictionary<string, List<object?>> _columns = [];
    readonly long _all;

    readonly JobSpec _spec;

    RowsSample(JobSpec spec, long all) => (_spec, _all) = (spec, all);

    public int Count { get; private set; }

    /// <summary>Words that follow where not all rows were looked at.</summary>
    public string Of => Count < _all ? $", of {Text.Count(Count)} of {Text.Count(_all)} rows" : "";

    /// <summary>Values of one of the task's columns, by its own name.</summary>
    public IReadOnlyList<object?> Cells(string column) => _columns.GetValueOrDefault(TaskColumns.NameOf(_spec, column)) ?? [];

    /// <summary>About <paramref name="size"/> rows: evenly spaced ones of every stretch of evenly spaced parts.</summary>
    public static async Task<RowsSample> ReadAsync(FinishedOutput output, int size, CancellationToken cancellationToken)
    {
        var parts = output.Parts.ToList();
        var sample = new RowsSample(output.Spec, parts.Sum(p => p.Rows));
        var chosen = parts.Count <= MaxParts ? parts : [.. Enumerable.Range(0, MaxParts).Select(i => parts[i * parts.Count / MaxParts])];
        var step = Math.Max(1, chosen.Sum(p => p.Rows) / size);
        var next = 0L;
        var at = 0L;
        foreach (var part in chosen)
        {
            await foreach (var rows in output.ReadAsync(part, cancellationToken))
            {
                for (; next < at + rows.Count; next += step)
                {
                    sample.Add(rows, (int)(next - at));
                }

                at += rows.Count;
            }
        }

        return sample;
    }

    void Add(PartRows rows, int row)
    {
        foreach (var (name, cells) in rows.Columns)
        {
            if (!_columns.TryGetValue(name, out var column))
            {
                _columns[name] = column = [];
            }

            column.Add(cells[row]);
        }

        Count++;
    }
}
