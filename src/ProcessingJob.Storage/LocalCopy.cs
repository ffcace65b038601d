namespace ProcessingJob.Storage;

/// <summary>
/// A file of an output for readers that need it on this machine: the file itself, or a copy that goes away with this object.
/// </summary>
public sealed class LocalCopy(string path, bool isTemporary = false) : IDisposable
{
    public string Path { get; } = path;

    public void Dispose()
    {
        if (isTemporary)
        {
            File.Delete(Path);
        }
    }
}
