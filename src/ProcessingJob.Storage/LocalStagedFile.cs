namespace ProcessingJob.Storage;

/// <summary>A temporary file, locked while it is ours: what nobody holds is a dead attempt's (<see cref="RemoveLeftovers"/>).</summary>
sealed class LocalStagedFile(string path, string temporary, string final, DurableFiles files) : StagedFile(path)
{
    readonly FileStream _stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
    bool _published;

    /// <summary>Removes what killed processes left in a staging folder.</summary>
    public static void RemoveLeftovers(string staging)
    {
        foreach (var path in Directory.EnumerateFiles(staging, "*.tmp"))
        {
            try
            {
                using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody is writing it.
            }
        }
    }

    public override Stream Stream => _stream;

    public override Task FinishAsync(CancellationToken cancellationToken) => Guarded(() => _stream.Flush(flushToDisk: true));

    public override Task PublishAsync(CancellationToken cancellationToken) =>
        Guarded(() =>
        {
            var folder = System.IO.Path.GetDirectoryName(final)!;
            files.CreateFolders(folder);
            var renamed = files.TryRename(temporary, final);
            // Gives up the lock: readers may come now.
            _stream.Dispose();
            if (!renamed)
            {
                files.MoveByCopy(temporary, final);
            }

            _published = true;
            files.SyncFolder(folder);
        });

    public override async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        if (!_published)
        {
            File.Delete(temporary);
        }
    }

    // On another thread: the disk may take seconds, and the caller may have work that does not wait for it.
    async Task Guarded(Action action)
    {
        try
        {
            await Task.Run(action).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LocalStore.Failure(Path, e);
        }
    }
}
