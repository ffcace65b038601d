namespace ProcessingJob.Storage;

/// <summary>A file being written out of sight. Written once from start to end.</summary>
public abstract class StagedFile(string path) : IAsyncDisposable
{
    /// <summary>Its final name below the output.</summary>
    public string Path { get; } = path;

    /// <summary>Forward only.</summary>
    public abstract Stream Stream { get; }

    /// <summary>Everything is on the disk (or with the service) after this.</summary>
    public abstract Task FinishAsync(CancellationToken cancellationToken);

    /// <summary>Gives it its final name.</summary>
    public abstract Task PublishAsync(CancellationToken cancellationToken);

    /// <summary>Removes it unless it was published.</summary>
    public abstract ValueTask DisposeAsync();
}
