using System.Runtime.CompilerServices;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Storage;

/// <summary>
/// An output folder. Files are staged out of sight and renamed into it; a unit's files are published under a lock, so that
/// of two attempts at the same time one wins and nothing is mixed.
/// </summary>
public sealed class LocalStore : IOutputStore
{
    /// <summary>The launcher's own files in an output: spec, lock, the hosts' container roots. No listing shows them.</summary>
    public const string PrivateFolder = ".pjob";

    const string StagingName = ".staging";
    readonly DurableFiles _files;

    // Those of this process wait for one another here; the lock file is for other processes, and those who wait for it ask again and again.
    Task _lastCommit = Task.CompletedTask;

    /// <param name="root">The output folder.</param>
    /// <param name="staging">On the same file system if possible; null: <c>.staging</c> beside the output folder.</param>
    /// <param name="files">Operations on names; null: this machine's.</param>
    public LocalStore(string root, string? staging = null, DurableFiles? files = null)
    {
        Location = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        Staging = Path.GetFullPath(staging ?? Path.Combine(Path.GetDirectoryName(Location)!, StagingName));
        _files = files ?? DurableFiles.System;
    }

    /// <summary>An output that keeps what is staged in its own <see cref="PrivateFolder"/>: nothing is written beside it.</summary>
    public static LocalStore Within(string root, DurableFiles? files = null) =>
        new(root, Path.Combine(Path.GetFullPath(root), PrivateFolder, "staging"), files);

    public string Location { get; }
    public string Staging { get; private set; }

    /// <exception cref="PJobException">Exit code 1: the path leads out of the output.</exception>
    public string PathOf(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Location, path));
        return full.StartsWith(Location + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new PJobException($"{path}: leads out of the output {Location}");
    }

    public Task ProbeAsync(CancellationToken cancellationToken)
    {
        Try(
            Location,
            () =>
            {
                Directory.CreateDirectory(Location);
                Probe(Location);
                return 0;
            }
        );
        try
        {
            Directory.CreateDirectory(Staging);
            if (!CanRename())
            {
                StageWithin();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StageWithin();
        }
        LocalStagedFile.RemoveLeftovers(Staging);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Only the output itself is ours to write, or it is a volume of its own: a hidden folder in it, which no reader of the output looks
    /// into. What is copied from another volume would be written twice, and lie half written beside the parts.
    /// </summary>
    void StageWithin()
    {
        Staging = Path.Combine(Location, StagingName);
        Try(Staging, () => Directory.CreateDirectory(Staging));
    }

    bool CanRename()
    {
        var name = $".probe-{Guid.NewGuid():n}";
        var (from, to) = (Path.Combine(Staging, name), Path.Combine(Location, name));
        File.WriteAllBytes(from, [1]);
        var can = _files.TryRename(from, to);
        File.Delete(can ? to : from);
        return can;
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var folder = Path.Combine(Location, prefix.EndsWith('/') ? prefix : Path.GetDirectoryName(prefix) ?? "");
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.GetRelativePath(Location, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
            if (
                path.StartsWith(prefix, StringComparison.Ordinal)
                && !path.StartsWith(PrivateFolder + "/", StringComparison.Ordinal)
                && !path.StartsWith(StagingName + "/", StringComparison.Ordinal)
            )
            {
                yield return new(path, file.Length);
            }
        }
    }

    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(path), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken = default) =>
        Task.FromResult(File.Exists(PathOf(path)) ? new LocalCopy(PathOf(path)) : null);

    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var file = await StageAsync(path, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            try
            {
                await file.Stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Failure(PathOf(path), e);
            }

            await file.FinishAsync(cancellationToken).ConfigureAwait(false);
            await file.PublishAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        if (File.Exists(PathOf(path)))
        {
            File.Delete(PathOf(path));
        }

        return Task.CompletedTask;
    }

    public Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(Staging, $"{Path.GetFileName(path)}.{Guid.NewGuid():n}.tmp");
        return Task.FromResult<StagedFile>(
            Try(
                PathOf(path),
                () =>
                {
                    Directory.CreateDirectory(Staging);
                    return new LocalStagedFile(path, temporary, SourceNames.Resolve(Location, path), _files);
                }
            )
        );
    }

    public async Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Interlocked.Exchange(ref _lastCommit, done.Task).ConfigureAwait(false);
        try
        {
            return await CommitAloneAsync(record, files, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            done.SetResult();
        }
    }

    async Task<UnitRecord> CommitAloneAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken)
    {
        using var gate = await LockAsync(cancellationToken).ConfigureAwait(false);
        if (await this.ReadCommitAsync(record.Unit, cancellationToken).ConfigureAwait(false) is { } winner)
        {
            return winner;
        }

        foreach (var file in files)
        {
            await file.PublishAsync(cancellationToken).ConfigureAwait(false);
            CrashPoint.Reach(CrashPoint.AfterRename);
        }
        CrashPoint.Reach(CrashPoint.BeforeCommit);
        await WriteAsync(OutputLayout.Commit(record.Unit), ContractJson.Write(record), cancellationToken).ConfigureAwait(false);
        CrashPoint.Reach(CrashPoint.AfterCommit);
        return record;
    }

    /// <summary>
    /// Moves a whole file into the output, by a rename within one file system. Its name is on the disk only after
    /// <see cref="SyncFolder"/>.
    /// </summary>
    /// <exception cref="PJobException">It cannot be moved.</exception>
    public void MoveIn(string from, string path) =>
        Try(
            PathOf(path),
            () =>
            {
                RefuseLinks(path);
                _files.CreateFolders(Path.GetDirectoryName(PathOf(path))!);
                if (!_files.TryRename(from, PathOf(path)))
                {
                    _files.MoveByCopy(from, PathOf(path));
                }

                return 0;
            }
        );

    /// <exception cref="PJobException">Exit code 1: a folder of the path is a link: what is written there would land elsewhere.</exception>
    void RefuseLinks(string path)
    {
        for (var end = path.IndexOf('/'); end > 0; end = path.IndexOf('/', end + 1))
        {
            if (new DirectoryInfo(Path.Combine(Location, path[..end])).LinkTarget is { } target)
            {
                throw new PJobException(
                    $"{Path.Combine(Location, path[..end])}: a symbolic link to {target}, expected a folder; fix: remove the link"
                );
            }
        }
    }

    /// <summary>Puts the names in <paramref name="folder"/>, a folder of the output, on the disk.</summary>
    public void SyncFolder(string folder) => _files.SyncFolder(PathOf(folder));

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
        new($"{path}: cannot be written: {FileFault.Of(e)}; fix: make the output writable, with room for it", ExitCode.Failed, e);
}
