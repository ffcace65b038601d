using System.Numerics.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Search;

/// <summary>A row of an output with its cosine to the query.</summary>
sealed record Hit(double Score, IReadOnlyDictionary<string, object?> Columns);

/// <summary>Exact nearest rows by cosine, over all parts of an output one after another: memory holds one stretch of rows.</summary>
static class VectorSearch
{
    /// <returns>Best first; equal ones in the output's order.</returns>
    /// <exception cref="PJobException">A part is damaged, or of another width than the query.</exception>
    public static async Task<IReadOnlyList<Hit>> FindAsync(
        FinishedOutput output,
        VectorDecoder decoder,
        float[] query,
        int top,
        CancellationToken cancellationToken
    )
    {
        // The worst of the best comes out first; of equal ones the later.
        var best = new PriorityQueue<Hit, (double Score, long Order)>(top + 1);
        var length = TensorPrimitives.Norm(query);
        var order = 0L;
        var vector = new float[query.Length];
        foreach (var part in output.Parts)
        {
            await foreach (var rows in output.ReadAsync(part, cancellationToken))
            {
                if (decoder.Dimensions(rows.Width) != query.Length)
                {
                    throw new PJobException(
                        $"{part.Path}: has embeddings of {decoder.Dimensions(rows.Width)} dimensions, but the model's have {query.Length}: "
                            + "it is not the model of this output",
                        ExitCode.Model
                    );
                }

                for (var row = 0; row < rows.Count; row++)
                {
                    decoder.Decode(rows.Vector(row), vector);
                    var norm = TensorPrimitives.Norm(vector) * length;
                    // Rounding may lift the cosine of a vector with itself above 1.
                    var score = norm > 0 ? Math.Clamp(TensorPrimitives.Dot(query, vector) / norm, -1, 1) : 0;
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
