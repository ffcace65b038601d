using System.Numerics.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Search;

/// <summary>Exact nearest rows by cosine, over all parts of an output one after another.</summary>
static class VectorSearch
{
    /// <returns>Best first; equal ones in the output's order.</returns>
    /// <exception cref="PJobException">A part is damaged, or of another width than the query.</exception>
    public static Task<IReadOnlyList<Hit>> FindAsync(
        FinishedOutput output,
        VectorDecoder decoder,
        float[] query,
        int top,
        CancellationToken cancellationToken
    )
    {
        var length = TensorPrimitives.Norm(query);
        var vector = new float[query.Length];
        return BestRows.FindAsync(output, Score, top, cancellationToken);

        double Score(PartRows rows, int row)
        {
            if (decoder.Dimensions(rows.Width) != query.Length)
            {
                throw new PJobException(
                    $"{output.Location}: has embeddings of {decoder.Dimensions(rows.Width)} dimensions, but the model's have "
                        + $"{query.Length}: it is not the model of this output",
                    ExitCode.Model
                );
            }

            decoder.Decode(rows.Vector(row), vector);
            var norm = TensorPrimitives.Norm(vector) * length;
            // Rounding may lift the cosine of a vector with itself above 1.
            return norm > 0 ? Math.Clamp(TensorPrimitives.Dot(query, vector) / norm, -1, 1) : 0;
        }
    }
}
