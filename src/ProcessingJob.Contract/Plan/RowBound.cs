using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Plan;

/// <summary>How many rows some bytes of input can hold at most: what rejects.max_fraction still allows is certain then.</summary>
public static class RowBound
{
    static readonly string[] Compressed = [".gz", ".zst"];

    /// <param name="units">Of the input.</param>
    /// <param name="spec">Says which columns a row has that is kept.</param>
    /// <returns>Null: their sizes do not tell, as those of compressed and of columnar files.</returns>
    public static long? Of(IEnumerable<WorkUnit> units, JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(units);
        long most = 0;
        foreach (var unit in units.SelectMany(u => u.Pieces))
        {
            if (
                BytesOfARow(unit.Format, spec.Input) is not { } least
                || Compressed.Any(end => unit.Source.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            )
            {
                return null;
            }

            // The last row may lack its line break.
            most += spec.Input is { Rows: TextRows.File } && unit.Format == InputFormat.Text ? 1 : (unit.Bytes + 1) / least;
        }

        return most;
    }

    /// <summary>The shortest row that is not rejected: one character of text, a line break, and what the format adds.</summary>
    static long? BytesOfARow(InputFormat format, InputSpec input)
    {
        var isBlankKept = input.Blank != BlankTexts.Reject;
        return format switch
        {
            InputFormat.Text => isBlankKept ? 1 : 2,
            InputFormat.Csv or InputFormat.Tsv => isBlankKept ? 1 : 2,
            // {"text":1} and its line break, or its comma.
            InputFormat.Jsonl => isBlankKept ? 3 : 7 + (input.Text.Count == 0 ? 0 : input.Text.Min(Length)),
            _ => null,
        };

        // Of a.b the last member; the name may stand in the file in another spelling of the same bytes or more.
        static int Length(string column) => column.Length - (column.LastIndexOf('.') + 1);
    }
}
