namespace ProcessingJob.Cli.Outputs;

/// <summary>Some rows of a part of an output.</summary>
/// <param name="Count">Rows.</param>
/// <param name="Stored">The embeddings as stored: numbers, codes (int8, uint8) or packed bytes (binary, ubinary).</param>
/// <param name="Columns">Values of the other columns by name: string, long, double, bool, DateTime or null. Lists are left out.</param>
sealed record PartRows(int Count, float[] Stored, IReadOnlyDictionary<string, object?[]> Columns)
{
    /// <summary>Stored numbers per row.</summary>
    public int Width => Count == 0 ? 0 : Stored.Length / Count;

    public ReadOnlySpan<float> Vector(int row) => Stored.AsSpan(row * Width, Width);
}
