using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Storage;

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

        // The folder may itself be reached through a link; those below it are refused.
        var (files, _) = FolderFiles.OfData(Root);
        foreach (var (name, isLink) in files)
        {
            if (isLink)
            {
                throw new PJobException(
                    $"{name}: a symbolic link, expected a file; links in the input are refused: copy what it points to"
                );
            }
        }

        return FolderFiles.HashAsync(Root, [.. files.Select(file => file.Name)], cancellationToken: cancellationToken);
    }

    public async Task<IByteSource> OpenAsync(WorkUnit unit, CancellationToken cancellationToken)
    {
        var source = new LocalSource(SourceNames.Resolve(Root, unit.Source), unit.Source, unit.Version);
        if (source.Length == unit.Size && (unit.Stamp is null || unit.Stamp == source.Stamp))
        {
            return source;
        }

        var message =
            $"{unit.Source}: changed since it was planned ({unit.Size} bytes then, {source.Length} now); "
            + "nothing of it was committed; fix: run again when nothing writes to it";
        await source.DisposeAsync().ConfigureAwait(false);
        throw new PJobException(message);
    }
}
