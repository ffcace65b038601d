using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using ProcessingJob.Contract;

namespace ProcessingJob.Storage;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Key">The whole key.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">Without quotes.</param>
public readonly record struct S3Item(string Key, long Size, string ETag);

/// <summary>Listing, reading and writing whole objects; what is written is encrypted with the given KMS key, if any.</summary>
public sealed class S3Objects(S3Calls calls, string? kmsKey = null)
{
    const long PartBytes = 32L << 20;

    public S3Calls Calls => calls;

    /// <summary>All objects whose key begins with that of <paramref name="prefix"/>, in the order of their keys.</summary>
    /// <exception cref="PJobException">The bucket cannot be listed to its end.</exception>
    public async IAsyncEnumerable<S3Item> ListAsync(S3Uri prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request
            {
                BucketName = prefix.Bucket,
                Prefix = prefix.Key,
                ContinuationToken = next,
            };
            var page = await calls
                .RunAsync(prefix.ToString(), (s3, token) => s3.ListObjectsV2Async(request, token), cancellationToken)
                .ConfigureAwait(false);
            foreach (var item in page.S3Objects ?? [])
            {
                yield return new(item.Key, item.Size ?? 0, item.ETag.Trim('"'));
            }

            if (page.IsTruncated == true && string.IsNullOrEmpty(page.NextContinuationToken))
            {
                throw new PJobException($"{prefix}: S3 gave a part of the list and no way to go on; try again");
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        } while (next is not null);
    }

    /// <summary>The content, or null when there is no such object.</summary>
    public Task<byte[]?> ReadAsync(S3Uri at, CancellationToken cancellationToken = default) =>
        calls.RunAsync(
            at.ToString(),
            async (s3, token) =>
            {
                try
                {
                    using var answer = await s3.GetObjectAsync(at.Bucket, at.Key, token).ConfigureAwait(false);
                    if (answer.ContentLength > 0)
                    {
                        var content = new byte[answer.ContentLength];
                        await answer.ResponseStream.ReadExactlyAsync(content, token).ConfigureAwait(false);
                        return content;
                    }

                    // Empty, or of a service that does not say how long it is.
                    using var copy = new MemoryStream();
                    await answer.ResponseStream.CopyToAsync(copy, token).ConfigureAwait(false);
                    return (byte[]?)copy.ToArray();
                }
                catch (AmazonS3Exception e) when (IsMissing(e))
                {
                    return null;
                }
            },
            cancellationToken
        );

    /// <summary>Brings an object into a file; false when there is none.</summary>
    public Task<bool> DownloadAsync(S3Uri from, string path, CancellationToken cancellationToken = default) =>
        calls.RunAsync(
            from.ToString(),
            async (s3, token) =>
            {
                try
                {
                    using var answer = await s3.GetObjectAsync(from.Bucket, from.Key, token).ConfigureAwait(false);
                    await answer.WriteResponseStreamToFileAsync(path, append: false, token).ConfigureAwait(false);
                    return true;
                }
                catch (AmazonS3Exception e) when (IsMissing(e))
                {
                    return false;
                }
            },
            Timeout.InfiniteTimeSpan,
            cancellationToken
        );

    /// <summary>Writes a whole object; <paramref name="ifNoneMatch"/> "*" only where none is there.</summary>
    /// <exception cref="AmazonS3Exception">PreconditionFailed: one is there.</exception>
    public Task WriteAsync(
        S3Uri to,
        ReadOnlyMemory<byte> content,
        string? ifNoneMatch = null,
        CancellationToken cancellationToken = default
    ) =>
        calls.RunAsync(
            to.ToString(),
            (s3, token) =>
            {
                var request = new PutObjectRequest
                {
                    BucketName = to.Bucket,
                    Key = to.Key,
                    InputStream = StreamOf(content),
                    IfNoneMatch = ifNoneMatch,
                    ContentType = to.Key.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : null,
                };
                if (kmsKey is not null)
                {
                    (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = Encryption;
                }

                return s3.PutObjectAsync(request, token);
            },
            cancellationToken
        );

    /// <summary>Sends a file, a large one in parts of 32 MiB.</summary>
    public Task UploadAsync(string path, S3Uri to, CancellationToken cancellationToken = default) =>
        calls.RunAsync(
            to.ToString(),
            async (s3, token) =>
            {
                using var transfer = new TransferUtility(
                    s3,
                    new TransferUtilityConfig { ConcurrentServiceRequests = 8, MinSizeBeforePartUpload = PartBytes }
                );
                var request = new TransferUtilityUploadRequest
                {
                    FilePath = path,
                    BucketName = to.Bucket,
                    Key = to.Key,
                    PartSize = PartBytes,
                };
                if (kmsKey is not null)
                {
                    (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = Encryption;
                }

                await transfer.UploadAsync(request, token).ConfigureAwait(false);
                return true;
            },
            Timeout.InfiniteTimeSpan,
            cancellationToken
        );

    /// <summary>Copies inside S3; false when the source is gone or not ours to read.</summary>
    public Task<bool> TryCopyAsync(S3Uri from, S3Uri to, CancellationToken cancellationToken = default) =>
        calls.RunAsync(
            to.ToString(),
            async (s3, token) =>
            {
                var request = new CopyObjectRequest
                {
                    SourceBucket = from.Bucket,
                    SourceKey = from.Key,
                    DestinationBucket = to.Bucket,
                    DestinationKey = to.Key,
                };
                if (kmsKey is not null)
                {
                    (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = Encryption;
                }

                try
                {
                    await s3.CopyObjectAsync(request, token).ConfigureAwait(false);
                    return true;
                }
                catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
                {
                    return false;
                }
            },
            Timeout.InfiniteTimeSpan,
            cancellationToken
        );

    /// <summary>Removes an object; none of that name is no error.</summary>
    public Task DeleteAsync(S3Uri at, CancellationToken cancellationToken = default) =>
        calls.RunAsync(at.ToString(), (s3, token) => s3.DeleteObjectAsync(at.Bucket, at.Key, token), cancellationToken);

    /// <summary>Begins an upload in parts and gives its id.</summary>
    internal async Task<string> BeginUploadAsync(S3Uri to, CancellationToken cancellationToken) =>
        (
            await calls
                .RunAsync(
                    to.ToString(),
                    (s3, token) =>
                    {
                        var request = new InitiateMultipartUploadRequest { BucketName = to.Bucket, Key = to.Key };
                        if (kmsKey is not null)
                        {
                            (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = Encryption;
                        }

                        return s3.InitiateMultipartUploadAsync(request, token);
                    },
                    cancellationToken
                )
                .ConfigureAwait(false)
        ).UploadId;

    (ServerSideEncryptionMethod, string?) Encryption => (ServerSideEncryptionMethod.AWSKMS, kmsKey);

    static MemoryStream StreamOf(ReadOnlyMemory<byte> content) =>
        MemoryMarshal.TryGetArray(content, out var array)
            ? new(array.Array!, array.Offset, array.Count, writable: false)
            : new(content.ToArray(), writable: false);

    static bool IsMissing(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket";
}
