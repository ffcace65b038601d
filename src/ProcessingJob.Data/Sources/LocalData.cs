using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>Source files in a folder. Versions are sha256 of the content.</summary>
public sealed class LocalData(string root) : IDataRoot
{
    public string Root { get; } = Path.GetFullPath(root);

    public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Root))
        {
            throw new PJobException($"{Root}: no such folder; it should hold the data to process");
        }

        var files = new List<SourceFile>();
        try
        {
            Walk(new(Root), "", files, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"{Root}: cannot be listed: {e.Message}", ExitCode.Failed, e);
        }
        files.Sort((a, b) => string.CompareOrdinal(a.Source, b.Source));
        return Task.FromResult<IReadOnlyList<SourceFile>>(files);
    }

    public async Task<IByteSource> OpenAsync(WorkUnit unit, CancellationToken cancellationToken)
    {
        var source = new LocalSource(SourceNames.Resolve(Root, unit.Source), unit.Source, unit.Version);
        if (source.Length == unit.Size)
        {
            return source;
        }

        var message = $"{unit.Source}: found {source.Length} bytes, planned were {unit.Size}; the file changed: plan again";
        await source.DisposeAsync().ConfigureAwait(false);
        throw new PJobException(message);
    }

    static void Walk(DirectoryInfo folder, string prefix, List<SourceFile> into, CancellationToken cancellationToken)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            cancellationToken.ThrowIfCancellationRequested();
            // As Spark and Hive do: _SUCCESS, .crc and the like are not data.
            if (entry.Name[0] is '.' or '_')
            {
                continue;
            }

            var name = prefix + entry.Name;
            if (entry.LinkTarget is { } target)
            {
                throw new PJobException(
                    $"{name}: a symbolic link (to {target}), expected a file; links in the input are refused: copy what it points to"
                );
            }

            if (entry is DirectoryInfo inner)
            {
                Walk(inner, name + "/", into, cancellationToken);
            }
            else
            {
                into.Add(new(name, ((FileInfo)entry).Length, Fingerprints.OfFile(entry.FullName)));
            }
        }
    }
}
