using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Report;

/// <summary>Embeddings from all over an output, with their kept columns.</summary>
/// <param name="Vectors">Rows one after another.</param>
/// <param name="Width">Numbers per row.</param>
/// <param name="Rows">The plain columns of each row.</param>
sealed record EmbeddingSample(float[] Vectors, int Width, IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows)
{
    const int MaxParts = 24;

    /// <summary>About <paramref name="size"/> rows: evenly spaced ones from the first stretch of evenly spaced parts.</summary>
    public static async Task<EmbeddingSample> ReadAsync(
        FinishedOutput output,
        VectorDecoder decoder,
        int size,
        CancellationToken cancellationToken
    )
    {
        var parts = output.Parts.ToList();
        var chosen = parts.Count <= MaxParts ? parts : [.. Enumerable.Range(0, MaxParts).Select(i => parts[i * parts.Count / MaxParts])];
        var all = Math.Max(1, chosen.Sum(p => p.Rows));
        var (vectors, rows, width) = (new List<float>(), new List<IReadOnlyDictionary<string, object?>>(), 0);
        foreach (var part in chosen)
        {
            var quota = (int)Math.Ceiling((double)size * part.Rows / all);
            await foreach (var stretch in output.ReadAsync(part, cancellationToken))
            {
                width = decoder.Dimensions(stretch.Width);
                var vector = new float[width];
                var take = Math.Min(quota, stretch.Count);
                for (var i = 0; i < take; i++)
                {
                    var row = (int)((long)i * stretch.Count / take);
                    decoder.Decode(stretch.Vector(row), vector);
                    vectors.AddRange(vector);
                    rows.Add(stretch.PlainValues(row));
                }
                break;
            }
        }
        return new([.. vectors], width, rows);
    }
}
