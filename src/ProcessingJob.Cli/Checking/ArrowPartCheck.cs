using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Checking;

/// <summary>Reads an Arrow part: every value of every column is decoded.</summary>
static class ArrowPartCheck
{
    /// <param name="path">The part.</param>
    /// <param name="vector">Name of the column of embeddings; null: the task makes none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<PartFacts> ReadAsync(string path, string? vector, CancellationToken cancellationToken)
    {
        var (rows, vectors) = (0L, new VectorCheck(vector));
        IReadOnlyList<KeptColumn> columns = [];
        await foreach (var table in PartTable.ReadAsync(path, cancellationToken))
        {
            using (table)
            {
                columns = table.Columns;
                rows += table.Count;
                vectors.Add(table);
            }
        }

        var schema = string.Join(", ", columns.Select(c => $"{c.Name} {c.Type}{(c.Name == vector ? vectors.Width : "")}"));
        return new(rows, columns.Select(c => c.Name).ToHashSet(), schema, vectors.Faults);
    }
}
