using System.Runtime.CompilerServices;
using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Finalise;

/// <summary>An output in a folder.</summary>
public sealed class LocalOutputStore(string root) : IOutputStore
{
    /// <summary>The launcher's own files in an output: spec, lock, the hosts' container roots.</summary>
    public const string PrivateFolder = ".pjob";

    public string Location { get; } = Path.GetFullPath(root);

    /// <exception cref="PJobException">Exit code 1: the path leads out of the output.</exception>
    public string PathOf(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Location, path));
        return full.StartsWith(Location + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new PJobException($"{path}: leads out of the output {Location}");
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var folder = Path.Combine(Location, prefix.EndsWith('/') ? prefix : Path.GetDirectoryName(prefix) ?? "");
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.GetRelativePath(Location, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
            if (path.StartsWith(prefix, StringComparison.Ordinal) && !path.StartsWith(PrivateFolder + "/", StringComparison.Ordinal))
            {
                yield return new(path, file.Length);
            }
        }
    }

    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(path), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken = default) =>
        Task.FromResult(File.Exists(PathOf(path)) ? new LocalCopy(PathOf(path)) : null);

    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var target = PathOf(path);
        var temporary = Path.Combine(Location, PrivateFolder, $"write-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            Directory.CreateDirectory(Path.GetDirectoryName(temporary)!);
            var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new PJobException(
                $"{target}: cannot be written: {e.Message}; check that the output is writable and has room",
                ExitCode.Failed,
                e
            );
        }
    }

    public Task DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        if (File.Exists(PathOf(path)))
        {
            File.Delete(PathOf(path));
        }

        return Task.CompletedTask;
    }
}
