namespace ProcessingJob.Data.Outputs;

/// <summary>Some rows of a part of an output.</summary>
/// <param name="Count">Rows.</param>
/// <param name="Stored">The embeddings as stored: numbers, codes (int8, uint8) or packed bytes (binary, ubinary); empty for other
/// tasks.</param>
/// <param name="Columns">
/// Values of the other columns by name: string (also for dates, times, timestamps and decimals), long, double, bool, bytes or null; ulong
/// above the range of long; of lists an array of float, int, sbyte or string, else of such values; dictionaries for structures and for
/// maps with text keys.
/// </param>
public sealed record PartRows(int Count, float[] Stored, IReadOnlyDictionary<string, object?[]> Columns)
{
    /// <summary>Stored numbers per row.</summary>
    public int Width => Count == 0 ? 0 : Stored.Length / Count;

    public ReadOnlySpan<float> Vector(int row) => Stored.AsSpan(row * Width, Width);

    /// <summary>The row's values that are no lists.</summary>
    public Dictionary<string, object?> PlainValues(int row) =>
        Columns.Where(c => c.Value[row] is not Array).ToDictionary(c => c.Key, c => c.Value[row]);
}
