using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>Puts files of this machine under a container root without copying them where that can be.</summary>
public static class LinkedFolder
{
    /// <summary>
    /// The whole folder. Its root may be a link, but workers refuse links below it: a folder with such links gets its files one by one.
    /// </summary>
    public static void Link(string source, string target)
    {
        // Links inside are relative to where the folder is, not to a link that leads to it.
        source = Directory.ResolveLinkTarget(source, returnFinalTarget: true)?.FullName ?? source;
        var files = new DirectoryInfo(source).EnumerateFileSystemInfos("*", SearchOption.AllDirectories);
        if (files.All(f => f.LinkTarget is null))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            Directory.CreateSymbolicLink(target, Path.GetFullPath(source));
            return;
        }
        LinkFiles(
            source,
            Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(source, f)),
            target
        );
    }

    /// <summary>Some files of a folder, under the same names: hard links, or copies on another file system.</summary>
    public static void LinkFiles(string source, IEnumerable<string> files, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in files)
        {
            var from = Path.Combine(source, file);
            from = File.ResolveLinkTarget(from, returnFinalTarget: true)?.FullName ?? from;
            var to = Path.Combine(target, file);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            if (!Libc.TryHardLink(from, to))
            {
                File.Copy(from, to);
            }
        }
    }
}
