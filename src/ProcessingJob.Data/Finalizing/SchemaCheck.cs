using ProcessingJob.Contract.Output;

namespace ProcessingJob.Data.Finalizing;

/// <summary>
/// All parts of an output have the same columns: a reader that takes them as one table fails otherwise, or reads nonsense.
/// </summary>
public static class SchemaCheck
{
    /// <summary>What is wrong and how to get out of it; null when all units with rows have the same columns.</summary>
    /// <param name="records">As committed; those that do not know their columns are passed over.</param>
    public static string? Fault(IEnumerable<UnitRecord> records)
    {
        UnitRecord? first = null;
        foreach (var record in records.Where(r => r.RowsOut > 0 && r.Columns is not null))
        {
            first ??= record;
            if (record.Columns!.SequenceEqual(first.Columns!))
            {
                continue;
            }

            var (here, there) = (record.Columns!.Except(first.Columns!).ToList(), first.Columns!.Except(record.Columns!).ToList());
            var what =
                here.Count + there.Count > 0
                    ? $"{record.Parts[0].Path} (of {record.FirstFile}) has {Text(here)}, but {first.Parts[0].Path} (of "
                        + $"{first.FirstFile}) has {Text(there)}"
                    : $"{record.Parts[0].Path} has its columns in another order than {first.Parts[0].Path}";
            return $"its parts have different columns: {what}; expected one schema. "
                + "fix: remove this output, or choose another output.data, and run again with pjob or JobClient, which read the "
                + "types once for all hosts";
        }
        return null;
    }

    static string Text(List<ColumnRecord> columns) =>
        columns.Count == 0 ? "no such column" : string.Join(", ", columns.Select(c => $"{c.Name} {c.Type}"));
}
