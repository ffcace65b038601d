using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using ProcessingJob.Launcher.Finalise;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>An output under an S3 prefix. Objects appear whole or not at all, so that writing needs no renames.</summary>
public sealed class S3OutputStore(IAmazonS3 s3, S3Uri root, string? kmsKey = null) : IOutputStore
{
    readonly S3Uri _root = root.AsFolder();

    public string Location => _root.ToString().TrimEnd('/');

    public async IAsyncEnumerable<StoredFile> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var request = new ListObjectsV2Request { BucketName = _root.Bucket, Prefix = _root.Key + prefix };
        await foreach (var item in s3.Paginators.ListObjectsV2(request).S3Objects.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return new StoredFile(item.Key[_root.Key.Length..], item.Size ?? 0);
        }
    }

    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await s3.GetObjectAsync(_root.Bucket, _root.Key + path, cancellationToken).ConfigureAwait(false);
            using var content = new MemoryStream();
            await answer.ResponseStream.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
            return content.ToArray();
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
    }

    public async Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken = default)
    {
        var name = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"pjob-{Guid.NewGuid():N}{System.IO.Path.GetExtension(path)}");
        var copy = new LocalCopy(name, isTemporary: true);
        try
        {
            using var answer = await s3.GetObjectAsync(_root.Bucket, _root.Key + path, cancellationToken).ConfigureAwait(false);
            await answer.WriteResponseStreamToFileAsync(name, append: false, cancellationToken).ConfigureAwait(false);
            return copy;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        var request = new PutObjectRequest
        {
            BucketName = _root.Bucket,
            Key = _root.Key + path,
            InputStream = stream,
        };
        if (kmsKey is not null)
        {
            (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (
                ServerSideEncryptionMethod.AWSKMS,
                kmsKey
            );
        }

        await s3.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public Task DeleteAsync(string path, CancellationToken cancellationToken = default) =>
        s3.DeleteObjectAsync(_root.Bucket, _root.Key + path, cancellationToken);
}
