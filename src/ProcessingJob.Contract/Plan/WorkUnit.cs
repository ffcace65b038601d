using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Plan;

/// <summary>
/// A file or a range of its bytes: what is read, committed and redone as a whole. A range owns the records that start in it (of a
/// Parquet file: the row groups whose middle byte lies in it), so files are cut without looking at their content.
/// </summary>
/// <param name="Id">16 hex digits; depends on source, size, version, range, spec and model, never on hosts.</param>
/// <param name="Source">Path below the data root, separated by '/'.</param>
/// <param name="Format">Never auto.</param>
/// <param name="Start">First byte of the range.</param>
/// <param name="End">Byte after the range.</param>
/// <param name="Size">Bytes of the whole file.</param>
/// <param name="Version">ETag of the object, or sha256 of the content.</param>
public sealed record WorkUnit(string Id, string Source, InputFormat Format, long Start, long End, long Size, string Version)
{
    /// <summary>What a local file was like when its version was taken; null for objects.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FileStamp? Stamp { get; init; }

    [JsonIgnore]
    public long Bytes => End - Start;

    [JsonIgnore]
    public bool IsWholeFile => Start == 0 && End == Size;

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
}
