using ProcessingJob.Storage;

namespace ProcessingJob.Testing;

/// <summary>The machine's file operations, written down in their order.</summary>
public sealed class RecordedFiles : DurableFiles
{
    readonly List<(string What, string Path)> _done = [];

    /// <summary>"rename PATH" and "sync FOLDER", with paths below <paramref name="root"/>.</summary>
    public IReadOnlyList<string> Done(string root) => [.. _done.Select(d => $"{d.What} {Path.GetRelativePath(root, d.Path)}")];

    public override bool TryRename(string from, string to)
    {
        _done.Add(("rename", to));
        return base.TryRename(from, to);
    }

    public override void SyncFolder(string folder)
    {
        _done.Add(("sync", folder));
        base.SyncFolder(folder);
    }
}
