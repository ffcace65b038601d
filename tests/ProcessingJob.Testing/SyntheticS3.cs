using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ProcessingJob.Testing;

/// <summary>
/// A bucket without a network: objects of an input that exist only as a listing and a text that fills them, and whatever is written. What a
/// million objects cost the program can be told from what they cost a server.
/// </summary>
/// <param name="inputs">Number of objects below in/.</param>
/// <param name="size">Of each, in bytes.</param>
/// <param name="line">What they consist of.</param>
public sealed class SyntheticS3(int inputs, long size, string line)
    : AmazonS3Client(new AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1)
{
    const int PageSize = 1000;
    readonly byte[] _line = Encoding.UTF8.GetBytes(line);
    readonly Dictionary<string, byte[]> _written = new(StringComparer.Ordinal);
    readonly List<Family> _generated = [];
    long _requests;

    /// <summary>Calls so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Objects <c>prefix + id + suffix</c>, of which nothing is kept but the ids.</summary>
    /// <param name="prefix">A folder and what all names begin with.</param>
    /// <param name="ids">In ordinal order.</param>
    /// <param name="suffix">What all names end with.</param>
    /// <param name="length">As a listing shows it.</param>
    /// <param name="content">Made when it is read.</param>
    public void Generate(string prefix, IReadOnlyList<string> ids, string suffix, long length, Func<int, byte[]> content) =>
        _generated.Add(new(prefix, ids, suffix, length, content));

    public override Task<ListObjectsV2Response> ListObjectsV2Async(
        ListObjectsV2Request request,
        CancellationToken cancellationToken = default
    )
    {
        Interlocked.Increment(ref _requests);
        var start = request.ContinuationToken is { } token ? int.Parse(token) : 0;
        var page = new ListObjectsV2Response { S3Objects = [] };
        var end = start;
        if (request.Prefix.StartsWith("in/", StringComparison.Ordinal))
        {
            for (; end < inputs && end < start + PageSize; end++)
            {
                page.S3Objects.Add(Item(Key(end), size));
            }

            page.IsTruncated = end < inputs;
        }
        else if (_generated.Find(f => f.Prefix.StartsWith(request.Prefix, StringComparison.Ordinal)) is { } family)
        {
            for (; end < family.Ids.Count && end < start + PageSize; end++)
            {
                page.S3Objects.Add(Item(family.Prefix + family.Ids[end] + family.Suffix, family.Length));
            }

            page.IsTruncated = end < family.Ids.Count;
        }

        page.NextContinuationToken = page.IsTruncated == true ? $"{end}" : null;
        return Task.FromResult(page);
    }

    public override Task<GetObjectResponse> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _requests);
        byte[] content;
        if (request.Key.StartsWith("in/", StringComparison.Ordinal))
        {
            content = new byte[request.ByteRange is { } range ? range.End - range.Start + 1 : size];
            var first = request.ByteRange?.Start ?? 0;
            for (var i = 0; i < content.Length; i++)
            {
                content[i] = _line[(first + i) % _line.Length];
            }
        }
        else
        {
            lock (_written)
            {
                content =
                    _written.GetValueOrDefault(request.Key)
                    ?? Made(request.Key)
                    ?? throw new AmazonS3Exception("no such key") { StatusCode = HttpStatusCode.NotFound, ErrorCode = "NoSuchKey" };
            }
        }

        return Task.FromResult(new GetObjectResponse { ResponseStream = new MemoryStream(content), ContentLength = content.Length });
    }

    public override Task<GetObjectResponse> GetObjectAsync(string bucketName, string key, CancellationToken cancellationToken = default) =>
        GetObjectAsync(new GetObjectRequest { BucketName = bucketName, Key = key }, cancellationToken);

    public override Task<PutObjectResponse> PutObjectAsync(PutObjectRequest request, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _requests);
        using var copy = new MemoryStream();
        request.InputStream.CopyTo(copy);
        lock (_written)
        {
            _written[request.Key] = copy.ToArray();
        }

        return Task.FromResult(new PutObjectResponse());
    }

    public override Task<DeleteObjectResponse> DeleteObjectAsync(
        string bucketName,
        string key,
        CancellationToken cancellationToken = default
    )
    {
        Interlocked.Increment(ref _requests);
        lock (_written)
        {
            _written.Remove(key);
        }

        return Task.FromResult(new DeleteObjectResponse());
    }

    static string Key(int index) => $"in/{index / 1000:0000}/{index:00000000}.jsonl";

    static S3Object Item(string key, long length) =>
        new()
        {
            Key = key,
            Size = length,
            ETag = $"\"{key.GetHashCode(StringComparison.Ordinal):x8}{length:x8}0123456789abcdef\"",
        };

    byte[]? Made(string key)
    {
        foreach (var family in _generated)
        {
            if (
                key.StartsWith(family.Prefix, StringComparison.Ordinal)
                && key.EndsWith(family.Suffix, StringComparison.Ordinal)
                && family.IndexOf(key[family.Prefix.Length..^family.Suffix.Length]) is >= 0 and var index
            )
            {
                return family.Content(index);
            }
        }

        return null;
    }

    sealed record Family(string Prefix, IReadOnlyList<string> Ids, string Suffix, long Length, Func<int, byte[]> Content)
    {
        public int IndexOf(string id)
        {
            var (low, high) = (0, Ids.Count - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var order = string.CompareOrdinal(Ids[middle], id);
                if (order == 0)
                {
                    return middle;
                }

                (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
            }

            return -1;
        }
    }
}
