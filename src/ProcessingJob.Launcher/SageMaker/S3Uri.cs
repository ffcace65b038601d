using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Bucket and key of an <c>s3://bucket/key</c> address.</summary>
public readonly record struct S3Uri(string Bucket, string Key)
{
    public static bool IsS3(string? text) => text is not null && text.StartsWith("s3://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="PJobException">Not an S3 address; the message names <paramref name="key"/> of job.yaml.</exception>
    public static S3Uri Parse(string text, string key)
    {
        var rest = IsS3(text) ? text["s3://".Length..] : "";
        var slash = rest.IndexOf('/');
        var bucket = slash < 0 ? rest : rest[..slash];
        return bucket.Length > 0
            ? new S3Uri(bucket, slash < 0 ? "" : rest[(slash + 1)..])
            : throw new PJobException($"{key}: expected s3://bucket/prefix/, found \"{text}\".", ExitCode.BadSpec);
    }

    /// <summary>The same address as a folder: without the slash, prefix <c>corpus</c> would also take <c>corpus-old/…</c>.</summary>
    public S3Uri AsFolder() => Key.Length == 0 || Key.EndsWith('/') ? this : this with { Key = Key + "/" };

    /// <summary><paramref name="relative"/> below this folder.</summary>
    public S3Uri Append(string relative) => this with { Key = AsFolder().Key + relative };

    public override string ToString() => $"s3://{Bucket}/{Key}";
}
