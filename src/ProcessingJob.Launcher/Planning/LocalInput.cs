using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Planning;

/// <summary>What <c>input.data</c> means on this machine.</summary>
/// <param name="Root">Folder that the names of <paramref name="Files"/> are relative to.</param>
/// <param name="Files">Paths below it, with '/', in ordinal order. Names that begin with '.' or '_' are left out.</param>
public sealed record LocalInput(string Root, IReadOnlyList<string> Files)
{
    /// <summary>A file, a folder or a glob.</summary>
    /// <exception cref="PJobException">Exit code 2: nothing there, or a symbolic link among the files.</exception>
    public static LocalInput Resolve(string data)
    {
        if (data.StartsWith("s3://", StringComparison.OrdinalIgnoreCase))
        {
            throw Bad($"found {data}, expected a file, folder or glob on this machine; add --sagemaker to run where the data is");
        }

        if (File.Exists(data))
        {
            // The worker follows no links, so a link is resolved here, where the user named it.
            var file = File.ResolveLinkTarget(data, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(data);
            return new(Path.GetDirectoryName(file)!, [Path.GetFileName(file)]);
        }
        if (Directory.Exists(data))
        {
            return Some(Path.GetFullPath(data), Walk(Path.GetFullPath(data)), data);
        }

        if (!GlobPattern.HasWildcards(data))
        {
            throw Bad($"{data} does not exist (looked in {Environment.CurrentDirectory})");
        }

        var glob = GlobPattern.Parse(data.Replace(Path.DirectorySeparatorChar, '/'));
        var folder = Path.GetFullPath(glob.Folder);
        return Some(folder, Directory.Exists(folder) ? Walk(folder).Where(f => glob.Pattern.IsMatch(f)) : [], data);
    }

    public string PathOf(string file) => Path.Combine(Root, file.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Sizes and sha256 of all files, read in parallel.</summary>
    /// <exception cref="PJobException">Exit code 1: a file cannot be read.</exception>
    public async Task<IReadOnlyList<SourceFile>> HashAsync(CancellationToken cancellationToken = default)
    {
        var sources = new SourceFile[Files.Count];
        await Parallel
            .ForAsync(
                0,
                Files.Count,
                cancellationToken,
                (i, _) =>
                {
                    var path = PathOf(Files[i]);
                    try
                    {
                        sources[i] = new(Files[i], new FileInfo(path).Length, Fingerprints.OfFile(path));
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        throw new PJobException($"{path}: cannot be read: {e.Message}", ExitCode.Failed, e);
                    }
                    return ValueTask.CompletedTask;
                }
            )
            .ConfigureAwait(false);
        return sources;
    }

    static LocalInput Some(string root, IEnumerable<string> found, string data)
    {
        var files = found.Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
        {
            throw Bad($"no files in {data} (names that begin with '.' or '_' do not count)");
        }

        var link = files.Find(f => new FileInfo(Path.Combine(root, f)).LinkTarget is not null);
        return link is null
            ? new(root, files)
            : throw Bad(
                $"{Path.Combine(root, link)} is a symbolic link, expected the file itself: links are not followed inside a job's input"
            );
    }

    static IEnumerable<string> Walk(string root)
    {
        // A linked folder would be skipped in silence otherwise: it comes out as a file and is refused by name.
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.None,
            IgnoreInaccessible = false,
        };
        var walk = new System.IO.Enumeration.FileSystemEnumerable<string>(root, (ref entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => (!entry.IsDirectory || IsLink(ref entry)) && !IsHidden(entry.FileName),
            ShouldRecursePredicate = (ref entry) => !IsLink(ref entry) && !IsHidden(entry.FileName),
        };
        return walk.Select(path => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'));
    }

    static bool IsLink(ref System.IO.Enumeration.FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;

    // As everywhere in the Hadoop family: .crc files, _SUCCESS and other markers are no data.
    static bool IsHidden(ReadOnlySpan<char> name) => name.StartsWith(".") || name.StartsWith("_");

    static PJobException Bad(string what) => new($"input.data: {what}", ExitCode.BadSpec);
}
