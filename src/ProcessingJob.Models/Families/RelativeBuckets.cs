namespace ProcessingJob.Models.Families;

/// <summary>
/// T5's buckets of relative positions, both directions (arxiv.org/abs/1910.10683, section 2.1): half of them for keys after the query;
/// of each half the first half exact, the rest logarithmic up to a largest distance, from which on the bucket stays.
/// </summary>
static class RelativeBuckets
{
    /// <param name="distance">Query minus key.</param>
    /// <param name="buckets">In both directions together.</param>
    /// <param name="largest">Distance from which on all share a bucket.</param>
    public static int Of(int distance, int buckets, int largest)
    {
        var half = buckets / 2;
        var exact = half / 2;
        var after = distance < 0 ? half : 0;
        var apart = Math.Abs(distance);
        if (apart < exact)
        {
            return after + apart;
        }

        // In float32, as torch computes it.
        var far = MathF.Log(apart / (float)exact) / (float)Math.Log((double)largest / exact) * (half - exact);
        return after + Math.Min(exact + (int)far, half - 1);
    }

    /// <summary>The table by distance -largest to largest: [2 * largest + 1, heads].</summary>
    /// <param name="table">[buckets, heads].</param>
    public static float[] Rows(float[] table, int heads, int buckets, int largest) =>
        [
            .. Enumerable
                .Range(-largest, 2 * largest + 1)
                .SelectMany(distance => table.AsSpan(Of(distance, buckets, largest) * heads, heads).ToArray()),
        ];
}
