namespace ProcessingJob.Data;

internal sealed class LocalStagedFile(string path, string temporary, string final) : StagedFile(path)
{
    private readonly FileStream _stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
    private bool _published;

    public override Stream Stream => _stream;

    public override Task FinishAsync(CancellationToken cancellation) => Guarded(() =>
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
    });

    public override Task PublishAsync(CancellationToken cancellation) => Guarded(() =>
    {
        var folder = System.IO.Path.GetDirectoryName(final)!;
        UnixFiles.CreateFolders(folder);
        UnixFiles.Move(temporary, final);
        _published = true;
        UnixFiles.SyncFolder(folder);
    });

    public override async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        if (!_published)
            File.Delete(temporary);
    }

    private Task Guarded(Action action)
    {
        try
        {
            action();
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LocalStore.Failure(Path, e);
        }
    }
}
