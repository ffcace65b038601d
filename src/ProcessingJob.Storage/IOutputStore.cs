using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Storage;

/// <summary>A file of an output: path below its root, with '/', and size in bytes.</summary>
public sealed record StoredFile(string Path, long Size);

/// <summary>
/// An output: a folder (<see cref="LocalStore"/>) or an S3 prefix (<see cref="S3Store"/>). Paths are below its root, with '/'.
/// </summary>
public interface IOutputStore
{
    /// <summary>The folder or s3 URI, for messages.</summary>
    string Location { get; }

    /// <summary>Fails early when nothing can be written there.</summary>
    /// <exception cref="PJobException">Read-only, missing permission, wrong bucket; says what to do.</exception>
    Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>All files whose path starts with <paramref name="prefix"/>, in any order.</summary>
    IAsyncEnumerable<StoredFile> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>The content, or null when there is no such file.</summary>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>The file on this machine, or null when there is none of that name; its extension is kept.</summary>
    Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Writes the whole file or nothing, and has it on the disk; replaces one that is there.</summary>
    Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>Removes the file; none of that name is no error.</summary>
    Task DeleteAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Begins a file that nobody sees before <see cref="StagedFile.PublishAsync"/>.</summary>
    Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the staged files visible and then writes the commit record, unless another attempt has committed the unit already.
    /// </summary>
    /// <returns>The record that stands: ours, or the other attempt's.</returns>
    Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken);
}

/// <summary>Commit records of an output.</summary>
public static class CommitRecords
{
    const string Extension = ".json";

    /// <summary>Ids of the committed units.</summary>
    public static async Task<IReadOnlySet<string>> ListCommittedAsync(
        this IOutputStore output,
        CancellationToken cancellationToken = default
    )
    {
        var units = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var file in output.ListAsync(OutputLayout.CommitFolder, cancellationToken).ConfigureAwait(false))
        {
            if (file.Path.EndsWith(Extension, StringComparison.Ordinal))
            {
                units.Add(file.Path[OutputLayout.CommitFolder.Length..^Extension.Length]);
            }
        }
        return units;
    }

    /// <summary>The unit's commit record, or null.</summary>
    /// <exception cref="PJobException">It is damaged.</exception>
    public static async Task<UnitRecord?> ReadCommitAsync(
        this IOutputStore output,
        string unit,
        CancellationToken cancellationToken = default
    )
    {
        var path = OutputLayout.Commit(unit);
        return await output.ReadAsync(path, cancellationToken).ConfigureAwait(false) is { } json
            ? ContractJson.Read<UnitRecord>(json, $"{output.Location}/{path}")
            : null;
    }
}
