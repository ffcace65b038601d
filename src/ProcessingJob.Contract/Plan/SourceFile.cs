using System.Text.Json.Serialization;

namespace ProcessingJob.Contract.Plan;

/// <summary>A source file as a planner sees it.</summary>
/// <param name="Source">Path below the data root, separated by '/'.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Version">ETag of the object, or sha256 of the content.</param>
public sealed record SourceFile(string Source, long Size, string Version)
{
    // Objects of S3 have none of it, and there may be a million of them.
    readonly Details? _details;

    /// <summary>Of a local file, taken when its content was hashed; null: its version is checked by whoever serves it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FileStamp? Stamp
    {
        get => _details?.Stamp;
        init => _details = Details.Of(value, Lines, Shape);
    }

    /// <summary>Lines of a local file that was read to hash it, a last one without a line break included; null: not counted.</summary>
    [JsonIgnore]
    public long? Lines
    {
        get => _details?.Lines;
        init => _details = Details.Of(Stamp, value, Shape);
    }

    /// <summary>What a look at the file told; null: none was taken. It depends on the content alone.</summary>
    [JsonIgnore]
    public FileShape? Shape
    {
        get => _details?.Shape;
        init => _details = Details.Of(Stamp, Lines, value);
    }

    sealed record Details(FileStamp? Stamp, long? Lines, FileShape? Shape)
    {
        public static Details? Of(FileStamp? stamp, long? lines, FileShape? shape) =>
            stamp is null && lines is null && shape is null ? null : new(stamp, lines, shape);
    }
}

/// <summary>How much is in a file: what its units are cut by.</summary>
/// <param name="Rows">Of Parquet as its footer says, of text what a sample makes expect; null: not known.</param>
/// <param name="Bytes">Uncompressed.</param>
public sealed record FileShape(long? Rows, long Bytes)
{
    /// <summary>Row groups of a Parquet file in the file's order, where each begins behind the one before; else empty.</summary>
    public IReadOnlyList<GroupShape> Groups { get; init; } = [];
}

/// <summary>A row group.</summary>
/// <param name="Start">Its first byte in the file.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Bytes">Uncompressed.</param>
public readonly record struct GroupShape(long Start, long Rows, long Bytes);
