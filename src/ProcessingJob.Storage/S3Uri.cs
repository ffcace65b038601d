using ProcessingJob.Contract;

namespace ProcessingJob.Storage;

/// <summary>
/// Bucket and key of an <c>s3://bucket/key</c> address. The key is kept exactly as written, as S3 itself does: <c>s3://b//x/</c>
/// is the key <c>/x/</c>. The scheme is lower-case, as SageMaker wants it: <c>S3://</c> is refused.
/// </summary>
public readonly record struct S3Uri(string Bucket, string Key)
{
    const string Scheme = "s3://";

    /// <summary>Whether a path is meant as an address on S3, be it well written or not.</summary>
    public static bool IsS3(string? text) => text is not null && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <param name="text">The address.</param>
    /// <param name="key">Key of job.yaml that it stands at, for messages.</param>
    /// <exception cref="PJobException">Exit code 2: not an S3 address.</exception>
    public static S3Uri Parse(string text, string key)
    {
        if (IsS3(text) && !text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw new PJobException(
                $"{key}: found {text}, expected the scheme in lower case; fix: {Scheme}{text[Scheme.Length..]}",
                ExitCode.BadSpec
            );
        }

        var rest = IsS3(text) ? text[Scheme.Length..] : "";
        var slash = rest.IndexOf('/');
        var bucket = slash < 0 ? rest : rest[..slash];
        if (Special(bucket) is { } what)
        {
            throw new PJobException(
                $"{key}: found {what} in {text}, expected the name of a bucket: SageMaker copies from and to buckets; fix: name the bucket "
                    + "behind it",
                ExitCode.BadSpec
            );
        }

        return bucket.Length > 0
            ? new S3Uri(bucket, slash < 0 ? "" : rest[(slash + 1)..])
            : throw new PJobException($"{key}: found \"{text}\", expected s3://bucket/prefix/", ExitCode.BadSpec);
    }

    /// <summary>What stands in the place of a bucket's name and is none; null: it is one.</summary>
    static string? Special(string bucket) =>
        bucket.StartsWith("arn:", StringComparison.Ordinal) ? "the ARN of an access point"
        : bucket.EndsWith("-s3alias", StringComparison.Ordinal) || bucket.EndsWith("--ol-s3", StringComparison.Ordinal)
            ? "the alias of an access point"
        : bucket.EndsWith("--x-s3", StringComparison.Ordinal) ? "a directory bucket (S3 Express One Zone)"
        : null;

    /// <summary>The same address as a folder: without the slash, prefix <c>corpus</c> would also take <c>corpus-old/…</c>.</summary>
    public S3Uri AsFolder() => Key.Length == 0 || Key.EndsWith('/') ? this : this with { Key = Key + "/" };

    /// <summary><paramref name="relative"/> below this folder.</summary>
    public S3Uri Append(string relative) => this with { Key = AsFolder().Key + relative };

    /// <summary>The part of the key after its last slash.</summary>
    public string Name => Key[(Key.LastIndexOf('/') + 1)..];

    public override string ToString() => $"{Scheme}{Bucket}/{Key}";
}
