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
public sealed class SyntheticS3(int inputs, long size, string line) : AmazonS3Client(new AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1)
{
    const int PageSize = 1000;
    readonly byte[] _line = Encoding.UTF8.GetBytes(line);
    readonly SortedDictionary<string, (long Size, Func<byte[]> Content)> _written = new(StringComparer.Ordinal);
    List<string>? _keys;
    long _requests;

    /// <summary>Calls so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Puts an object whose content is made when it is read.</summary>
    public void Add(string key, long length, Func<byte[]> content)
    {
        lock (_written)
        {
            (_written[key], _keys) = ((length, content), null);
        }
    }

    public override Task<ListObjectsV2Response> ListObjectsV2Async(ListObjectsV2Request request, CancellationToken cancellationToken = default)
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
        else
        {
            lock (_written)
            {
                _keys ??= [.. _written.Keys];
                if (start == 0)
                {
                    start = _keys.BinarySearch(request.Prefix, StringComparer.Ordinal) is < 0 and var at ? ~at : 0;
                }

                for (end = start; end < _keys.Count && end < start + PageSize && Has(end); end++)
                {
                    page.S3Objects.Add(Item(_keys[end], _written[_keys[end]].Size));
                }

                page.IsTruncated = end < _keys.Count && Has(end);
            }
        }

        page.NextContinuationToken = page.IsTruncated == true ? $"{end}" : null;
        return Task.FromResult(page);

        bool Has(int index) => _keys![index].StartsWith(request.Prefix, StringComparison.Ordinal);
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
            Func<byte[]> make;
            lock (_written)
            {
                make = _written.TryGetValue(request.Key, out var found)
                    ? found.Content
                    : throw new AmazonS3Exception("no such key") { StatusCode = HttpStatusCode.NotFound, ErrorCode = "NoSuchKey" };
            }

            content = make();
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
        var content = copy.ToArray();
        Add(request.Key, content.Length, () => content);
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
            _keys = null;
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
}
