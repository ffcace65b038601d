using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Plan;

/// <summary>
/// A file, a range of its bytes, or some small files: what is read, committed and redone as a whole, and becomes one part. A range owns
/// the records that start in it (of a Parquet file: the row groups whose middle byte lies in it).
/// </summary>
/// <param name="Id">16 hex digits; depends on sources, sizes, versions, range, spec and model, never on hosts.</param>
/// <param name="Source">Path below the data root, separated by '/'; of several files the first one's.</param>
/// <param name="Format">Never auto.</param>
/// <param name="Start">First byte of the range.</param>
/// <param name="End">Byte after the range.</param>
/// <param name="Size">Bytes of the whole file, or of all files.</param>
/// <param name="Version">ETag of the object, or sha256 of the content; of several files empty.</param>
public sealed record WorkUnit(string Id, string Source, InputFormat Format, long Start, long End, long Size, string Version)
{
    /// <summary>What a local file was like when its version was taken; null for objects.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FileStamp? Stamp { get; init; }

    /// <summary>The files of a unit of several, in the order they are read; each is read whole. Null: it is one file or a range.</summary>
    public IReadOnlyList<SourceFile>? Files { get; init; }

    /// <summary>Expected; null: not known.</summary>
    [JsonIgnore]
    public long? Rows { get; init; }

    [JsonIgnore]
    public long Bytes => End - Start;

    [JsonIgnore]
    public bool IsWholeFile => Start == 0 && End == Size;

    /// <summary>A unit for each of the files; of one file or a range the unit itself.</summary>
    [JsonIgnore]
    public IEnumerable<WorkUnit> Pieces => Files is null ? [this] : Files.Select(file => OfFile(Id, file, Format));

    public bool Equals(WorkUnit? other) =>
        other is not null
        && (Id, Source, Format, Start, End, Size, Version, Stamp)
            == (other.Id, other.Source, other.Format, other.Start, other.End, other.Size, other.Version, other.Stamp)
        && (Files is null == other.Files is null)
        && (Files is null || Files.SequenceEqual(other.Files!));

    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    /// <summary>A file, or a range of one.</summary>
    public static WorkUnit Create(
        string source,
        InputFormat format,
        long start,
        long end,
        long size,
        string version,
        string specFingerprint,
        string modelFingerprint
    )
    {
        var identity = string.Join('\n', source, Names.Of(format), start, end, size, version, specFingerprint, modelFingerprint);
        return new(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..16],
            source,
            format,
            start,
            end,
            size,
            version
        );
    }

    /// <summary>Several files of one format.</summary>
    /// <param name="files">At least two.</param>
    /// <param name="format">Never auto.</param>
    /// <param name="specFingerprint">Of the spec.</param>
    /// <param name="modelFingerprint">Of the model.</param>
    public static WorkUnit Gather(IReadOnlyList<SourceFile> files, InputFormat format, string specFingerprint, string modelFingerprint)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"files\n{Names.Of(format)}\n{specFingerprint}\n{modelFingerprint}"));
        long size = 0;
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{file.Source}\n{file.Size}\n{file.Version}"));
            size += file.Size;
        }

        var id = Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
        return new(id, files[0].Source, format, 0, size, size, "") { Files = files };
    }

    /// <summary>The commit record of this unit, without what is made of it.</summary>
    public UnitRecord ToRecord() =>
        new()
        {
            Unit = Id,
            SourceFile = Files is null ? Source : null,
            Start = Start,
            End = End,
            Size = Size,
            Version = Version,
            Files = Files is null ? null : [.. Files.Select(f => new UnitFile(f.Source, f.Size, f.Version))],
        };

    /// <summary>One whole file, as a reader is given it.</summary>
    public static WorkUnit OfFile(string id, SourceFile file, InputFormat format) =>
        new(id, file.Source, format, 0, file.Size, file.Size, file.Version) { Stamp = file.Stamp };
}
