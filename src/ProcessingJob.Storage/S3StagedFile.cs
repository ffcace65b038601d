using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using ProcessingJob.Contract;

namespace ProcessingJob.Storage;

/// <summary>
/// A file that is uploaded in parts while it is written, one on its way at a time, and appears when the upload is completed; a small one is
/// put whole.
/// </summary>
sealed class S3StagedFile : StagedFile
{
    const int PartBytes = 8 << 20;
    static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(30);
    readonly S3Objects _objects;
    readonly S3Uri _root;
    readonly UploadStream _stream;
    readonly CancellationTokenSource _stop = new();
    readonly List<PartETag> _parts = [];
    Task _sending = Task.CompletedTask;
    MemoryStream _sent = new();
    string? _upload;
    long _length;
    bool _published;

    public S3StagedFile(S3Objects objects, S3Uri root, string path)
        : base(path)
    {
        (_objects, _root) = (objects, root);
        _stream = new(PartBytes, SendAsync);
    }

    S3Calls Calls => _objects.Calls;
    S3Uri To => _root.Append(Path);
    string Name => To.ToString();

    public override Stream Stream => _stream;

    public async Task BeginAsync(CancellationToken cancellationToken) =>
        _upload ??= await _objects.BeginUploadAsync(To, cancellationToken).ConfigureAwait(false);

    public override async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_upload is not null && _stream.Rest.Length > 0)
        {
            await UploadAsync(_stream.Rest, cancellationToken).ConfigureAwait(false);
            _stream.Rest.SetLength(0);
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
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed || IsUnknown(e))
        {
            return await IsThereAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override async Task PublishAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PublishAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (IsUnknown(e))
        {
            _published = await IsThereAsync(cancellationToken).ConfigureAwait(false) ? true : throw Gone(e);
        }
    }

    // Also where our own first try went through and only its answer was lost.
    // Equal parts make equal ETags: the bytes are those of an earlier attempt at the same unit.
    async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        var there = await Calls
            .RunAsync(Name, (s3, token) => s3.GetObjectMetadataAsync(_root.Bucket, To.Key, token), cancellationToken)
            .ConfigureAwait(false);
        return there.ContentLength == _length && there.ETag.Trim('"') == ExpectedETag();
    }

    static bool IsUnknown(AmazonS3Exception e) => e.ErrorCode == "NoSuchUpload";

    PJobException Gone(AmazonS3Exception e) =>
        new(
            $"{Name}: S3 does not know the upload any more, somebody or a lifecycle rule ended it; fix: run the job again, it goes on from "
                + "what is committed",
            ExitCode.Failed,
            e
        );

    /// <summary>Ends an upload that was begun, so that nothing of it is kept or paid for.</summary>
    public async Task AbortAsync(CancellationToken cancellationToken)
    {
        if (_published || _upload is not { } upload)
        {
            return;
        }

        await Calls
            .RunAsync(
                Name,
                (s3, token) =>
                    s3.AbortMultipartUploadAsync(
                        new()
                        {
                            BucketName = _root.Bucket,
                            Key = To.Key,
                            UploadId = upload,
                        },
                        token
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        _upload = null;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        // A part that arrives after the end of its upload would be kept, and paid for.
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await _stream.DisposeAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(AbortLimit, Calls.Time);
        try
        {
            await AbortAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PJobException or AmazonS3Exception or OperationCanceledException)
        {
            // A fault here must not hide the one that led here; the bucket's lifecycle rule removes what stays.
        }
    }

    async Task PublishAsync(string? ifNoneMatch, CancellationToken cancellationToken)
    {
        if (_upload is null)
        {
            _length = _stream.Rest.Length;
            await _objects
                .WriteAsync(To, _stream.Rest.GetBuffer().AsMemory(0, (int)_length), ifNoneMatch, cancellationToken)
                .ConfigureAwait(false);
        }
        else
        {
            await Calls
                .RunAsync(
                    Name,
                    (s3, token) =>
                        s3.CompleteMultipartUploadAsync(
                            new()
                            {
                                BucketName = _root.Bucket,
                                Key = To.Key,
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

    /// <summary>Waits for the part before, and begins with this one.</summary>
    /// <returns>The buffer of the part before.</returns>
    async Task<MemoryStream> SendAsync(MemoryStream part, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        _sending = Task.Run(() => UploadAsync(part, _stop.Token), CancellationToken.None);
        _sent.SetLength(0);
        (var free, _sent) = (_sent, part);
        return free;
    }

    async Task UploadAsync(MemoryStream part, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        var number = _parts.Count + 1;
        try
        {
            var response = await SendPartAsync(part, number, cancellationToken).ConfigureAwait(false);
            _parts.Add(new(number, response.ETag));
        }
        catch (AmazonS3Exception e) when (IsUnknown(e))
        {
            throw Gone(e);
        }

        _length += part.Length;
    }

    Task<UploadPartResponse> SendPartAsync(MemoryStream part, int number, CancellationToken cancellationToken) =>
        Calls.RunAsync(
            Name,
            (s3, token) =>
                s3.UploadPartAsync(
                    new()
                    {
                        BucketName = _root.Bucket,
                        Key = To.Key,
                        UploadId = _upload,
                        PartNumber = number,
                        PartSize = part.Length,
                        InputStream = new MemoryStream(part.GetBuffer(), 0, (int)part.Length),
                    },
                    token
                ),
            cancellationToken
        );

#pragma warning disable CA5351 // Not for security: S3's ETag is made of MD5.
    string ExpectedETag()
    {
        if (_upload is null)
        {
            return Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(_stream.Rest.GetBuffer().AsSpan(0, (int)_length)));
        }

        var hashes = _parts.SelectMany(p => p.ETag.Trim('"') is { Length: 32 } hex ? Convert.FromHexString(hex) : []).ToArray();
        return $"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(hashes))}-{_parts.Count}";
    }
#pragma warning restore CA5351
}
