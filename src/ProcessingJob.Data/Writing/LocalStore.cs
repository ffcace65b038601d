using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>
/// An output folder. Files are staged outside it and renamed into it; a unit's files are published under a lock, so that
/// of two attempts at the same time one wins and nothing is mixed.
/// </summary>
public sealed class LocalStore : IOutputStore
{
    /// <param name="root">The output folder.</param>
    /// <param name="staging">On the same file system if possible; null: <c>.staging</c> beside the output folder.</param>
    public LocalStore(string root, string? staging = null)
    {
        Root = Path.GetFullPath(root);
        Staging = Path.GetFullPath(staging ?? Path.Combine(Path.GetDirectoryName(Root)!, ".staging"));
    }

    public string Root { get; }
    public string Staging { get; private set; }

    public Task ProbeAsync(CancellationToken cancellationToken)
    {
        Try(
            Root,
            () =>
            {
                Directory.CreateDirectory(Root);
                Probe(Root);
                return 0;
            }
        );
        try
        {
            Directory.CreateDirectory(Staging);
            Probe(Staging);
            LocalStagedFile.RemoveLeftovers(Staging);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only the output itself is ours to write: a hidden folder in it, which no reader of the output looks into.
            Staging = Path.Combine(Root, ".staging");
            Try(Staging, () => Directory.CreateDirectory(Staging));
        }
        return Task.CompletedTask;
    }

    public Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(Staging, $"{Path.GetFileName(path)}.{Guid.NewGuid():n}.tmp");
        return Task.FromResult<StagedFile>(
            Try(
                path,
                () =>
                {
                    Directory.CreateDirectory(Staging);
                    return new LocalStagedFile(path, temporary, SourceNames.Resolve(Root, path));
                }
            )
        );
    }

    public async Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken)
    {
        using var gate = await LockAsync(cancellationToken).ConfigureAwait(false);
        if (await ReadCommitAsync(record.Unit, cancellationToken).ConfigureAwait(false) is { } winner)
        {
            return winner;
        }

        foreach (var file in files)
        {
            await file.PublishAsync(cancellationToken).ConfigureAwait(false);
            CrashPoint.Reach(CrashPoint.AfterRename);
        }
        CrashPoint.Reach(CrashPoint.BeforeCommit);
        var commit = await StageAsync(OutputLayout.Commit(record.Unit), cancellationToken).ConfigureAwait(false);
        await using (commit.ConfigureAwait(false))
        {
            await commit.Stream.WriteAsync(ContractJson.Write(record), cancellationToken).ConfigureAwait(false);
            await commit.FinishAsync(cancellationToken).ConfigureAwait(false);
            await commit.PublishAsync(cancellationToken).ConfigureAwait(false);
        }
        CrashPoint.Reach(CrashPoint.AfterCommit);
        return record;
    }

    public Task<IReadOnlySet<string>> ListCommittedAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Root, OutputLayout.CommitFolder);
        return Task.FromResult<IReadOnlySet<string>>(
            Try(
                folder,
                () =>
                    Directory.Exists(folder)
                        ? Directory.EnumerateFiles(folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)!).ToHashSet()
                        : []
            )
        );
    }

    public async Task<UnitRecord?> ReadCommitAsync(string unit, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Root, OutputLayout.Commit(unit));
        return File.Exists(path)
            ? ContractJson.Read<UnitRecord>(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), path)
            : null;
    }

    /// <summary>An exclusive lock that the system releases when its holder dies.</summary>
    async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(Staging, "commit.lock");
        Try(path, () => Directory.CreateDirectory(Staging));
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(20, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Failure(path, e);
            }
        }
    }

    static void Probe(string folder)
    {
        var path = Path.Combine(folder, $".probe-{Guid.NewGuid():n}");
        File.WriteAllBytes(path, [1]);
        File.Delete(path);
    }

    static T Try<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, e);
        }
    }

    internal static PJobException Failure(string path, Exception e) =>
        new($"{path}: cannot be written: {e.Message}; check that the output is writable and has room", ExitCode.Failed, e);
}
