namespace ProcessingJob.Launcher.Finalise;

/// <summary>A file of an output: path below its root, with '/', and size in bytes.</summary>
public sealed record StoredFile(string Path, long Size);

/// <summary>Where an output lies: a folder or an S3 prefix. Paths are below its root, with '/'.</summary>
public interface IOutputStore
{
    /// <summary>The folder or s3 URI, for messages.</summary>
    string Location { get; }

    /// <summary>All files whose path starts with <paramref name="prefix"/>, in any order.</summary>
    IAsyncEnumerable<StoredFile> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>The content, or null when there is no such file.</summary>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>The file on this machine, or null when there is none of that name; its extension is kept.</summary>
    Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Writes the whole file or nothing; replaces one that is there.</summary>
    Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>Removes the file; none of that name is no error.</summary>
    Task DeleteAsync(string path, CancellationToken cancellationToken = default);
}
