using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace ProcessingJob.Data;

/// <summary>A file that is uploaded in parts while it is written and appears when the upload is completed; a small one is put whole.</summary>
sealed class S3StagedFile(S3Calls calls, S3Uri uri, string path) : StagedFile(path)
{
    const int PartBytes = 8 << 20;
    readonly UploadStream _stream = new();
    readonly List<PartETag> _parts = [];
    string? _upload;
    long _length;
    bool _published;

    string Key => uri.Key(Path);
    string Name => uri + Path;

    public override Stream Stream => _stream.WithOwner(this);

    public async Task BeginAsync(CancellationToken cancellationToken) =>
        _upload ??= (
            await calls
                .RunAsync(
                    Name,
                    (s3, token) => s3.InitiateMultipartUploadAsync(new() { BucketName = uri.Bucket, Key = Key }, token),
                    cancellationToken
                )
                .ConfigureAwait(false)
        ).UploadId;

    public override async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_upload is not null)
        {
            await UploadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>False when the name is taken by other bytes.</returns>
    public async Task<bool> TryPublishAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PublishAsync("*", cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed || e.ErrorCode == "NoSuchUpload")
        {
            var there = await calls
                .RunAsync(Name, (s3, token) => s3.GetObjectMetadataAsync(uri.Bucket, Key, token), cancellationToken)
                .ConfigureAwait(false);
            // Also where our own first try went through and only its answer was lost.
            // Equal parts make equal ETags: the bytes are those of an earlier attempt at the same unit.
            return there.ContentLength == _length && there.ETag.Trim('"') == ExpectedETag();
        }
    }

    public override Task PublishAsync(CancellationToken cancellationToken) => PublishAsync(null, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        if (_published || _upload is null)
        {
            return;
        }

        await calls
            .RunAsync(
                Name,
                (s3, token) =>
                    s3.AbortMultipartUploadAsync(
                        new()
                        {
                            BucketName = uri.Bucket,
                            Key = Key,
                            UploadId = _upload,
                        },
                        token
                    ),
                default
            )
            .ConfigureAwait(false);
        _upload = null;
    }

    async Task PublishAsync(string? ifNoneMatch, CancellationToken cancellationToken)
    {
        if (_upload is null)
        {
            _length = _stream.Length;
            await calls
                .RunAsync(
                    Name,
                    (s3, token) =>
                        s3.PutObjectAsync(
                            new()
                            {
                                BucketName = uri.Bucket,
                                Key = Key,
                                InputStream = new MemoryStream(_stream.GetBuffer(), 0, (int)_stream.Length),
                                IfNoneMatch = ifNoneMatch,
                            },
                            token
                        ),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        else
        {
            await calls
                .RunAsync(
                    Name,
                    (s3, token) =>
                        s3.CompleteMultipartUploadAsync(
                            new()
                            {
                                BucketName = uri.Bucket,
                                Key = Key,
                                UploadId = _upload,
                                PartETags = _parts,
                                IfNoneMatch = ifNoneMatch,
                            },
                            token
                        ),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        _published = true;
    }

    async Task UploadAsync(CancellationToken cancellationToken)
    {
        if (_stream.Length == 0)
        {
            return;
        }

        await BeginAsync(cancellationToken).ConfigureAwait(false);
        var number = _parts.Count + 1;
        var response = await calls
            .RunAsync(
                Name,
                (s3, token) =>
                    s3.UploadPartAsync(
                        new()
                        {
                            BucketName = uri.Bucket,
                            Key = Key,
                            UploadId = _upload,
                            PartNumber = number,
                            PartSize = _stream.Length,
                            InputStream = new MemoryStream(_stream.GetBuffer(), 0, (int)_stream.Length),
                        },
                        token
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        _parts.Add(new(number, response.ETag));
        _length += _stream.Length;
        _stream.SetLength(0);
    }

#pragma warning disable CA5351 // Not for security: S3's ETag is made of MD5.
    string ExpectedETag()
    {
        if (_upload is null)
        {
            return Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(_stream.GetBuffer().AsSpan(0, (int)_stream.Length)));
        }

        var hashes = _parts.SelectMany(p => p.ETag.Trim('"') is { Length: 32 } hex ? Convert.FromHexString(hex) : []).ToArray();
        return $"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(hashes))}-{_parts.Count}";
    }
#pragma warning restore CA5351

    /// <summary>Gathers one part in memory and sends it when it is full.</summary>
    sealed class UploadStream : MemoryStream
    {
        S3StagedFile? _owner;

        public UploadStream WithOwner(S3StagedFile owner)
        {
            _owner = owner;
            return this;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            if (Length >= PartBytes)
            {
                await _owner!.UploadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
