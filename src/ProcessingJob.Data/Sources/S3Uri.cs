using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>A bucket and a prefix that ends in '/' (or is empty).</summary>
sealed record S3Uri(string Bucket, string Prefix)
{
    /// <exception cref="PJobException">Not <c>s3://bucket/…</c>.</exception>
    public static S3Uri Parse(string uri)
    {
        const string scheme = "s3://";
        var rest = uri.StartsWith(scheme, StringComparison.Ordinal) ? uri[scheme.Length..] : "";
        var slash = rest.IndexOf('/');
        var (bucket, prefix) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..].Trim('/'));
        return bucket.Length == 0
            ? throw new PJobException($"'{uri}': expected s3://bucket/prefix", ExitCode.BadSpec)
            : new(bucket, prefix.Length == 0 ? "" : prefix + "/");
    }

    public string Key(string name) => Prefix + name;

    public override string ToString() => $"s3://{Bucket}/{Prefix}";
}
