namespace ProcessingJob.Storage;

/// <summary>Random access to the bytes of one source object. Safe for concurrent reads.</summary>
public interface IByteSource : IAsyncDisposable
{
    /// <summary>Path below the data root, separated by '/'.</summary>
    string Name { get; }

    long Length { get; }

    /// <summary>ETag of the object; for a local file what the plan said, or empty.</summary>
    string Version { get; }

    /// <summary>To be called when all was read and before it counts: what was read is one version of the object.</summary>
    /// <exception cref="ProcessingJob.Contract.PJobException">It was changed while it was read.</exception>
    void CheckUnchanged();

    /// <summary>Fills the buffer from <paramref name="offset"/>; fewer bytes come only at the end of the object.</summary>
    /// <exception cref="ProcessingJob.Contract.PJobException">The object changed, shrank or cannot be read; the message names
    /// it.</exception>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>
    /// The bytes from <paramref name="start"/> on, read ahead where that helps. <paramref name="likelyEnd"/> is where the reader will
    /// probably stop: nothing behind it is read before it is asked for.
    /// </summary>
    Stream OpenSequential(long start, long likelyEnd);
}
