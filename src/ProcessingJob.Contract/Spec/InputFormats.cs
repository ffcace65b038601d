namespace ProcessingJob.Contract.Spec;

public enum InputFormat
{
    Auto,
    Csv,
    Tsv,
    Jsonl,
    Parquet,
    Text,
}

/// <summary>What the name and the shape of an input format's files are.</summary>
/// <param name="Extensions">Ends of file names, in lower case; "" is a name without one.</param>
/// <param name="HasColumns">False where a record is nothing but its text.</param>
public sealed record FormatTraits(IReadOnlyList<string> Extensions, bool HasColumns = true);

/// <summary>The table of input formats: a new one is a line here and in Data's InputReaders, and its reader's file.</summary>
public static class InputFormats
{
    public static IReadOnlyList<InputFormat> All { get; } = [.. Enum.GetValues<InputFormat>().Where(f => f != InputFormat.Auto)];

    /// <param name="format">Any but auto, which is no format.</param>
    public static FormatTraits Of(InputFormat format) =>
        format switch
        {
            InputFormat.Csv => new([".csv"]),
            InputFormat.Tsv => new([".tsv", ".tab"]),
            InputFormat.Jsonl => new([".jsonl", ".ndjson", ".json"]),
            InputFormat.Parquet => new([".parquet", ".pq"]),
            InputFormat.Text => new([".txt", ".text", ""], HasColumns: false),
            InputFormat.Auto => throw new ArgumentOutOfRangeException(nameof(format), format, "auto must be resolved before"),
        };

    /// <exception cref="PJobException">The name tells no format.</exception>
    public static InputFormat OfName(string name)
    {
        var path = IsCompressed(name) ? Path.GetFileNameWithoutExtension(name) : name;
        var extension = Path.GetExtension(path).ToLowerInvariant();
        foreach (var format in All)
        {
            if (Of(format).Extensions.Contains(extension))
            {
                return format;
            }
        }
        var known = All.Select(f => Of(f).Extensions[0]).ToList();
        throw new PJobException(
            $"{name}: the name ends in '{extension}', expected {string.Join(", ", known.SkipLast(1))} or {known[^1]} (also with "
                + ".gz or .zst); set input.format",
            ExitCode.BadSpec
        );
    }

    public static bool IsCompressed(string name) => Path.GetExtension(name).ToLowerInvariant() is ".gz" or ".gzip" or ".zst" or ".zstd";
}
