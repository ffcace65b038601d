using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Search;

/// <summary>A row of an output with its score.</summary>
sealed record Hit(double Score, IReadOnlyDictionary<string, object?> Columns);

/// <summary>The rows of an output with the highest scores: memory holds one stretch of rows.</summary>
static class BestRows
{
    /// <returns>Best first; equal ones in the output's order.</returns>
    public static async Task<IReadOnlyList<Hit>> FindAsync(
        FinishedOutput output,
        Func<PartRows, int, double> scoreOf,
        int top,
        CancellationToken cancellationToken
    )
    {
        // The worst of the best comes out first; of equal ones the later.
        var best = new PriorityQueue<Hit, (double Score, long Order)>(top + 1);
        var order = 0L;
        foreach (var part in output.Parts)
        {
            await foreach (var rows in output.ReadAsync(part, cancellationToken))
            {
                for (var row = 0; row < rows.Count; row++)
                {
                    var score = scoreOf(rows, row);
                    order--;
                    if (best.Count == top && best.TryPeek(out _, out var worst) && score <= worst.Score)
                    {
                        continue;
                    }

                    best.Enqueue(new(score, rows.PlainValues(row)), (score, order));
                    if (best.Count > top)
                    {
                        best.Dequeue();
                    }
                }
            }
        }

        return [.. best.UnorderedItems.OrderByDescending(h => h.Priority).Select(h => h.Element)];
    }
}
