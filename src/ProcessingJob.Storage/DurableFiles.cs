namespace ProcessingJob.Storage;

/// <summary>
/// The operations on names whose order makes an output durable: a name is safe only once its folder is on the disk too. Tests put
/// one that records in its place.
/// </summary>
public class DurableFiles
{
    /// <summary>Of this machine.</summary>
    public static DurableFiles System { get; } = new();

    /// <summary>Renames a file and replaces one that is there; false when the names are on different file systems.</summary>
    public virtual bool TryRename(string from, string to) => Libc.TryRename(from, to);

    /// <summary>Copies beside the target and renames there, so that the name appears with the whole content.</summary>
    public virtual void MoveByCopy(string from, string to)
    {
        var beside = Path.Combine(Path.GetDirectoryName(to)!, $".{Path.GetFileName(to)}.{Guid.NewGuid():n}.tmp");
        try
        {
            File.Copy(from, beside);
            using (var copy = File.OpenHandle(beside, FileMode.Open, FileAccess.ReadWrite))
            {
                RandomAccess.FlushToDisk(copy);
            }

            File.Move(beside, to, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
        File.Delete(from);
    }

    /// <summary>Creates a folder and those above it, each on the disk before the next.</summary>
    public void CreateFolders(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        CreateFolders(parent);
        Directory.CreateDirectory(folder);
        SyncFolder(parent);
    }

    /// <summary>Puts the names in a folder on the disk.</summary>
    public virtual void SyncFolder(string folder) => Libc.SyncFolder(folder);
}
