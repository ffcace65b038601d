using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Storage;

/// <summary>
/// An S3 prefix. A part is a multipart upload whose completion is its rename; names are only taken when they are free
/// (If-None-Match), so of two attempts at one unit one wins. A part left by a dead attempt is recognised (same bytes) or replaced.
/// </summary>
public sealed class S3Store(IAmazonS3 client, S3Uri uri, S3Options? options = null, string? kmsKey = null, Retry? retry = null)
    : IOutputStore
{
    static readonly TimeSpan OtherAttempt = TimeSpan.FromSeconds(30);
    readonly S3Uri _root = uri.AsFolder();
    readonly S3Objects _objects = new(new(client, options ?? new(), retry), kmsKey);

    public string Location => _root.ToString().TrimEnd('/');

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        // An upload that is begun and thrown away needs the same permissions as a real one and leaves nothing.
        var probe = new S3StagedFile(_objects, _root, $".probe-{Guid.NewGuid():n}");
        await using var probeScope = probe.ConfigureAwait(false);
        await probe.BeginAsync(cancellationToken).ConfigureAwait(false);
        await probe.AbortAsync(cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var item in _objects.ListAsync(_root.Append(prefix), cancellationToken).ConfigureAwait(false))
        {
            yield return new(item.Key[_root.Key.Length..], item.Size);
        }
    }

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default) =>
        _objects.ReadAsync(_root.Append(path), cancellationToken);

    public async Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken = default)
    {
        var name = Path.Combine(Path.GetTempPath(), $"pjob-{Guid.NewGuid():N}{Path.GetExtension(path)}");
        var copy = new LocalCopy(name, isTemporary: true);
        var isWhole = false;
        try
        {
            isWhole = await _objects.DownloadAsync(_root.Append(path), name, cancellationToken).ConfigureAwait(false);
            return isWhole ? copy : null;
        }
        finally
        {
            if (!isWhole)
            {
                copy.Dispose();
            }
        }
    }

    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        _objects.WriteAsync(_root.Append(path), content, null, cancellationToken);

    /// <summary>Writes a file of a name that is free.</summary>
    /// <returns>False: there is one already, and it stays as it is.</returns>
    public async Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        try
        {
            await _objects.WriteAsync(_root.Append(path), content, "*", cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    public Task DeleteAsync(string path, CancellationToken cancellationToken = default) =>
        _objects.DeleteAsync(_root.Append(path), cancellationToken);

    public Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult<StagedFile>(new S3StagedFile(_objects, _root, path));

    public async Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken)
    {
        if (await this.ReadCommitAsync(record.Unit, cancellationToken).ConfigureAwait(false) is { } earlier)
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
        var to = _root.Append(OutputLayout.Commit(record.Unit));
        try
        {
            await _objects.WriteAsync(to, ContractJson.Write(record), "*", cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return await this.ReadCommitAsync(record.Unit, cancellationToken).ConfigureAwait(false)
                ?? throw new PJobException($"{to}: S3 says it exists and that it does not; fix: run the job again");
        }
        CrashPoint.Reach(CrashPoint.AfterCommit);
        return record;
    }

    /// <summary>A name is taken by other bytes: another attempt is about to commit, or died. Waits for its record.</summary>
    async Task<UnitRecord?> WaitForOtherAsync(string unit, CancellationToken cancellationToken)
    {
        var time = _objects.Calls.Time;
        var start = time.GetTimestamp();
        while (true)
        {
            if (await this.ReadCommitAsync(unit, cancellationToken).ConfigureAwait(false) is { } record)
            {
                return record;
            }

            if (time.GetElapsedTime(start) >= OtherAttempt)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(false);
        }
    }
}
