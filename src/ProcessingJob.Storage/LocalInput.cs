using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Storage;

/// <summary>What <c>input.data</c> means on this machine.</summary>
/// <param name="Root">Folder that the names of <paramref name="Files"/> are relative to.</param>
/// <param name="Files">Paths below it, with '/', in ordinal order. Names that begin with '.' or '_' are left out.</param>
public sealed record LocalInput(string Root, IReadOnlyList<string> Files)
{
    /// <summary>A file, a folder or a glob.</summary>
    /// <exception cref="PJobException">Exit code 2: nothing there, or a symbolic link among the files.</exception>
    public static LocalInput Resolve(string data)
    {
        if (S3Uri.IsS3(data))
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
            return Chosen(Path.GetFullPath(data), FolderFiles.OfData(Path.GetFullPath(data)), data);
        }

        if (!GlobPattern.HasWildcards(data))
        {
            throw Bad($"{data} does not exist (looked in {Environment.CurrentDirectory})");
        }

        var glob = GlobPattern.Parse(data.Replace(Path.DirectorySeparatorChar, '/'));
        var folder = Path.GetFullPath(glob.Folder);
        return Chosen(
            folder,
            Directory.Exists(folder) ? [.. FolderFiles.OfData(folder).Where(file => glob.Pattern.IsMatch(file.Name))] : [],
            data
        );
    }

    public string PathOf(string file) => Path.Combine(Root, file.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Sizes and sha256 of all files, read in parallel.</summary>
    /// <exception cref="PJobException">Exit code 1: a file cannot be read.</exception>
    public Task<IReadOnlyList<SourceFile>> HashAsync(CancellationToken cancellationToken = default) =>
        FolderFiles.HashAsync(Root, Files, cancellationToken: cancellationToken);

    static LocalInput Chosen(string root, IReadOnlyList<FolderFiles.Found> found, string data)
    {
        if (found.Count == 0)
        {
            throw Bad($"no files in {data} (names that begin with '.' or '_' do not count)");
        }

        foreach (var (name, isLink) in found)
        {
            if (isLink)
            {
                throw Bad(
                    $"{Path.Combine(root, name)} is a symbolic link, expected the file itself: links are not followed inside a job's input"
                );
            }
        }

        return new(root, [.. found.Select(file => file.Name)]);
    }

    static PJobException Bad(string what) => new($"input.data: {what}", ExitCode.BadSpec);
}
