namespace ProcessingJob.Contract.Spec;

public enum InputFormat
{
    Auto,
    Csv,
    Tsv,
    Jsonl,
    Parquet,
    Arrow,
    Text,
}

/// <summary>What the name and the shape of an input format's files are.</summary>
/// <param name="Extensions">Ends of file names, in lower case; "" is a name without one.</param>
/// <param name="HasColumns">False where a record is nothing but its text.</param>
/// <param name="HasTypes">Whether a file says the types of its columns, in bytes that are no text.</param>
public sealed record FormatTraits(IReadOnlyList<string> Extensions, bool HasColumns = true, bool HasTypes = false);

/// <summary>The table of input formats: a new one is a line here and in Data's InputReaders, and its reader's file.</summary>
public static class InputFormats
{
    /// <summary>What users have files of and this does not read, and what to do.</summary>
    static readonly Dictionary<string, string> Others = new()
    {
        [".bz2"] = "bzip2; fix: decompress it (bunzip2), or compress it again with gzip or zstd",
        [".xz"] = "xz; fix: decompress it (unxz), or compress it again with gzip or zstd",
        [".lz4"] = "an lz4 file; fix: decompress it (unlz4), or compress it again with gzip or zstd",
        [".zip"] = "a zip archive; fix: unpack it (unzip)",
        [".7z"] = "a 7z archive; fix: unpack it (7z x)",
        [".tar"] = "a tar archive; fix: unpack it (tar xf)",
        [".tgz"] = "a tar archive; fix: unpack it (tar xf)",
        [".orc"] = "ORC; fix: write it as Parquet, in Spark: spark.read.orc(FOLDER).write.parquet(FOLDER)",
        [".avro"] = "Avro; fix: write it as Parquet, in Spark: spark.read.format(\"avro\").load(FOLDER).write.parquet(FOLDER)",
        [".xlsx"] = "an Excel workbook; fix: save its sheet as CSV UTF-8",
        [".xls"] = "an Excel workbook; fix: save its sheet as CSV UTF-8",
        [".db"] = "a database; fix: export the table, in DuckDB: COPY TABLE TO 'table.parquet'",
        [".duckdb"] = "a database; fix: export the table, in DuckDB: COPY TABLE TO 'table.parquet'",
        [".sqlite"] = "a database; fix: export the table, in DuckDB: COPY TABLE TO 'table.parquet'",
        [".pkl"] = "a Python pickle; fix: in pandas: pd.read_pickle(FILE).to_parquet('table.parquet')",
        [".html"] = "a web page; fix: extract its text and write it as jsonl or Parquet",
        [".pdf"] = "a PDF; fix: extract its text and write it as jsonl or Parquet",
    };

    public static IReadOnlyList<InputFormat> All { get; } = [.. Enum.GetValues<InputFormat>().Where(f => f != InputFormat.Auto)];

    /// <param name="format">Any but auto, which is no format.</param>
    public static FormatTraits Of(InputFormat format) =>
        format switch
        {
            InputFormat.Csv => new([".csv"]),
            InputFormat.Tsv => new([".tsv", ".tab"]),
            InputFormat.Jsonl => new([".jsonl", ".ndjson", ".json"]),
            InputFormat.Parquet => new([".parquet", ".pq"], HasTypes: true),
            InputFormat.Arrow => new([".arrow", ".feather", ".ipc", ".arrows"], HasTypes: true),
            InputFormat.Text => new([".txt", ".text", ""], HasColumns: false),
            InputFormat.Auto => throw new ArgumentOutOfRangeException(nameof(format), format, "auto must be resolved before"),
        };

    static readonly Dictionary<string, InputFormat> ByExtension = All.SelectMany(f => Of(f).Extensions.Select(e => (e, f)))
        .ToDictionary(e => e.e, e => e.f, StringComparer.OrdinalIgnoreCase);

    /// <param name="name">Of a file.</param>
    /// <param name="others">A glob of the files beside it that can be read, for the message.</param>
    /// <exception cref="PJobException">The name tells no format.</exception>
    public static InputFormat OfName(string name, string others = "FOLDER/*.csv")
    {
        // There may be a million names: nothing is allocated for those that are known.
        var path = IsCompressed(name) ? Path.GetFileNameWithoutExtension(name.AsSpan()) : name;
        if (ByExtension.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(Path.GetExtension(path), out var known))
        {
            return known;
        }

        var extension = Path.GetExtension(path).ToString().ToLowerInvariant();
        if (Others.TryGetValue(extension, out var what))
        {
            throw new PJobException($"{name}: not supported: {what}", ExitCode.BadSpec);
        }

        var all = All.Select(f => Of(f).Extensions[0]).Where(e => e.Length > 0).ToList();
        throw new PJobException(
            $"{name}: the name ends in '{extension}', expected {string.Join(", ", all.SkipLast(1))} or {all[^1]} (text formats also "
                + $"with .gz or .zst); fix: name the files to read (input.data: {others}), or set input.format if all are of one",
            ExitCode.BadSpec
        );
    }

    /// <summary>Whether the end of a name tells a format.</summary>
    public static bool Tells(string name) =>
        ByExtension.ContainsKey(Path.GetExtension(IsCompressed(name) ? Path.GetFileNameWithoutExtension(name) : name));

    public static bool IsCompressed(string name)
    {
        var extension = Path.GetExtension(name.AsSpan());
        return extension.Equals(".gz", StringComparison.OrdinalIgnoreCase)
            || extension.Equals(".gzip", StringComparison.OrdinalIgnoreCase)
            || extension.Equals(".zst", StringComparison.OrdinalIgnoreCase)
            || extension.Equals(".zstd", StringComparison.OrdinalIgnoreCase);
    }
}
