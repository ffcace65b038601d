using System.Text.Json.Serialization;

namespace ProcessingJob.Contract.Output;

/// <summary>
/// The commit record of a unit, <c>_commits/&lt;unit&gt;.json</c>: written last, so that what it names is whole. It holds nothing
/// of host or time: the same unit gives the same bytes on any run.
/// </summary>
public sealed record UnitRecord : IStamped
{
    [JsonPropertyOrder(-1)]
    public FormatStamp Pjob { get; init; } = FormatStamp.Current;
    public required string Unit { get; init; }

    /// <summary>The file of a unit that is one, or a range of one; null: <see cref="Files"/> are several.</summary>
    public string? SourceFile { get; init; }
    public long Start { get; init; }
    public long End { get; init; }

    /// <summary>Bytes of the whole file: the ranges of its units make it up without a gap. Of several files their sum.</summary>
    public long Size { get; init; }
    public string Version { get; init; } = "";

    /// <summary>The files of a unit of several, all of them whole, in the order of their rows; else null.</summary>
    [JsonConverter(typeof(FileListJson))]
    public IReadOnlyList<UnitFile>? Files { get; init; }

    /// <summary>All files that the unit has rows of.</summary>
    [JsonIgnore]
    public IReadOnlyList<UnitFile> Sources => Files ?? [new(SourceFile ?? "", Size, Version)];

    /// <summary>The (first) file, for messages and order.</summary>
    [JsonIgnore]
    public string FirstFile => SourceFile ?? (Files is [var first, ..] ? first.Source : "");
    public string SpecFingerprint { get; init; } = "";
    public string ModelFingerprint { get; init; } = "";

    /// <summary>How its numbers were made; null: the task runs no model.</summary>
    public ComputeRecord? Computed { get; init; }

    /// <summary>Records found in the unit; always <see cref="RowsKept"/> + the sum of <see cref="Rejects"/>.</summary>
    public long RowsIn { get; init; }

    /// <summary>Input rows that reached the output. With windows or several questions a row gives several output rows.</summary>
    public long RowsKept { get; init; }

    /// <summary>Rows in the part files.</summary>
    public long RowsOut { get; init; }

    /// <summary>Rejected rows by reason.</summary>
    public IReadOnlyDictionary<string, long> Rejects { get; init; } = new SortedDictionary<string, long>(StringComparer.Ordinal);
    public long Tokens { get; init; }
    public long Truncated { get; init; }
    public IReadOnlyList<PartRecord> Parts { get; init; } = [];

    /// <summary>Columns of the part files; all units of an output have the same. Null: not known.</summary>
    public IReadOnlyList<ColumnRecord>? Columns { get; init; }

    /// <summary>Null when nothing was rejected.</summary>
    public PartRecord? RejectFile { get; init; }
}

/// <summary>A whole file of a unit of several.</summary>
/// <param name="Source">Path below the data root, separated by '/'.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Version">ETag of the object, or sha256 of the content.</param>
public readonly record struct UnitFile(string Source, long Size, string Version);

/// <summary>A column of the output's part files.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as in int64, string, list_float.</param>
public sealed record ColumnRecord(string Name, string Type);

/// <summary>A finished file of the output.</summary>
/// <param name="Path">Below the output, with '/'.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Of its content, hex.</param>
/// <param name="Split">Name of its split, or null.</param>
public sealed record PartRecord(string Path, long Rows, long Bytes, string Sha256, string? Split = null);
