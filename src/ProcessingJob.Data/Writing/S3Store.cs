using System.Net;
using Amazon.S3;
using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>
/// An S3 prefix. A part is a multipart upload whose completion is its rename; names are only taken when they are free
/// (If-None-Match), so of two attempts at one unit one wins. A part left by a dead attempt is recognised (same bytes) or replaced.
/// </summary>
public sealed class S3Store : IOutputStore
{
    static readonly TimeSpan OtherAttempt = TimeSpan.FromSeconds(30);
    readonly S3Uri _uri;
    readonly S3Calls _calls;

    public S3Store(IAmazonS3 client, string uri, S3ReadOptions? options = null, TimeProvider? time = null)
    {
        _uri = S3Uri.Parse(uri);
        _calls = new(client, options ?? new(), time);
    }

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        // An upload that is begun and thrown away needs the same permissions as a real one and leaves nothing.
        var probe = new S3StagedFile(_calls, _uri, $".probe-{Guid.NewGuid():n}");
        await using var probeScope = probe.ConfigureAwait(false);
        await probe.BeginAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult<StagedFile>(new S3StagedFile(_calls, _uri, path));

    public async Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken)
    {
        if (await ReadCommitAsync(record.Unit, cancellationToken).ConfigureAwait(false) is { } earlier)
        {
            return earlier;
        }

        foreach (var file in files.Cast<S3StagedFile>())
        {
            if (!await file.TryPublishAsync(cancellationToken).ConfigureAwait(false))
            {
                if (await WaitForOtherAsync(record.Unit, cancellationToken).ConfigureAwait(false) is { } winner)
                {
                    return winner;
                }

                await file.PublishAsync(cancellationToken).ConfigureAwait(false);
            }
            CrashPoint.Reach(CrashPoint.AfterRename);
        }
        CrashPoint.Reach(CrashPoint.BeforeCommit);
        var name = OutputLayout.Commit(record.Unit);
        var body = ContractJson.Write(record);
        try
        {
            await _calls
                .RunAsync(
                    _uri + name,
                    (s3, token) =>
                        s3.PutObjectAsync(
                            new()
                            {
                                BucketName = _uri.Bucket,
                                Key = _uri.Key(name),
                                InputStream = new MemoryStream(body),
                                IfNoneMatch = "*",
                                ContentType = "application/json",
                            },
                            token
                        ),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return await ReadCommitAsync(record.Unit, cancellationToken).ConfigureAwait(false)
                ?? throw new PJobException($"{_uri}{name}: S3 says it exists and that it does not; run the job again");
        }
        CrashPoint.Reach(CrashPoint.AfterCommit);
        return record;
    }

    public async Task<IReadOnlySet<string>> ListCommittedAsync(CancellationToken cancellationToken)
    {
        var files = await new S3Data(_calls, new(_uri.Bucket, _uri.Key(OutputLayout.CommitFolder)))
            .ListAsync(cancellationToken)
            .ConfigureAwait(false);
        return files.Where(f => f.Source.EndsWith(".json", StringComparison.Ordinal)).Select(f => f.Source[..^5]).ToHashSet();
    }

    public async Task<UnitRecord?> ReadCommitAsync(string unit, CancellationToken cancellationToken)
    {
        var name = OutputLayout.Commit(unit);
        var body = await _calls
            .RunAsync(
                _uri + name,
                async (s3, token) =>
                {
                    try
                    {
                        using var response = await s3.GetObjectAsync(_uri.Bucket, _uri.Key(name), token).ConfigureAwait(false);
                        using var bytes = new MemoryStream();
                        await response.ResponseStream.CopyToAsync(bytes, token).ConfigureAwait(false);
                        return bytes.ToArray();
                    }
                    catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchKey")
                    {
                        return null;
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return body is null ? null : ContractJson.Read<UnitRecord>(body, _uri + name);
    }

    /// <summary>A name is taken by other bytes: another attempt is about to commit, or died. Waits for its record.</summary>
    async Task<UnitRecord?> WaitForOtherAsync(string unit, CancellationToken cancellationToken)
    {
        var start = _calls.Time.GetTimestamp();
        while (true)
        {
            if (await ReadCommitAsync(unit, cancellationToken).ConfigureAwait(false) is { } record)
            {
                return record;
            }

            if (_calls.Time.GetElapsedTime(start) >= OtherAttempt)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _calls.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
