using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Storage;

/// <summary>What <c>input.data</c> means on this machine.</summary>
/// <param name="Root">Folder that the names of <paramref name="Files"/> are relative to.</param>
/// <param name="Files">Paths below it, with '/', in ordinal order.</param>
public sealed record LocalInput(string Root, IReadOnlyList<string> Files)
{
    /// <summary>Names that were not taken for data: those that begin with '.' or '_', and <see cref="DataFiles"/>.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];

    /// <summary>A file, a folder or a glob.</summary>
    /// <param name="data">Its path or pattern.</param>
    /// <param name="format">That the spec gives all files, or auto.</param>
    /// <exception cref="PJobException">Exit code 2: nothing there, or a symbolic link among the files.</exception>
    public static LocalInput Resolve(string data, InputFormat format)
    {
        if (S3Uri.IsS3(data))
        {
            throw Bad($"found {data}, expected a file, folder or glob on this machine; fix: add --sagemaker to run where the data is");
        }

        if (File.Exists(data))
        {
            // The worker follows no links, so a link is resolved here, where the user named it.
            var file = File.ResolveLinkTarget(data, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(data);
            return new(Path.GetDirectoryName(file)!, [Path.GetFileName(file)]);
        }
        if (Directory.Exists(data))
        {
            var (files, hidden) = FolderFiles.OfData(Path.GetFullPath(data));
            return Chosen(Path.GetFullPath(data), files, hidden, data, format);
        }

        if (!GlobPattern.HasWildcards(data))
        {
            throw Bad($"{data} does not exist (looked in {Environment.CurrentDirectory})");
        }

        var glob = GlobPattern.Parse(data.Replace(Path.DirectorySeparatorChar, '/'));
        var folder = Path.GetFullPath(glob.Folder);
        return Chosen(
            folder,
            Directory.Exists(folder) ? [.. FolderFiles.OfData(folder).Files.Where(file => glob.Pattern.IsMatch(file.Name))] : [],
            [],
            data,
            format
        );
    }

    public string PathOf(string file) => Path.Combine(Root, file.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Sizes and sha256 of all files, read in parallel.</summary>
    /// <exception cref="PJobException">Exit code 1: a file cannot be read.</exception>
    public Task<IReadOnlyList<SourceFile>> HashAsync(
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => FolderFiles.HashAsync(Root, Files, progress: progress, cancellationToken: cancellationToken);

    static LocalInput Chosen(
        string root,
        IReadOnlyList<FolderFiles.Found> all,
        IReadOnlyList<string> hidden,
        string data,
        InputFormat format
    )
    {
        var (found, described) = DataFiles.Split(all, file => file.Name, format);
        var skipped = hidden.Concat(described).Order(StringComparer.Ordinal).ToList();
        if (found.Count == 0)
        {
            throw Bad(
                $"no files in {data} (names that begin with '.' or '_' do not count, nor what describes a data set"
                    + $"{(skipped.Count == 0 ? "" : $"; found {string.Join(", ", skipped.Take(5))}{(skipped.Count > 5 ? ", …" : "")}")})"
            );
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

        if (format == InputFormat.Auto && found.Select(file => file.Name).FirstOrDefault(InputFormats.Tells) is { } usable)
        {
            var folders = usable.Contains('/', StringComparison.Ordinal) ? "**/" : "";
            var others = $"{(Directory.Exists(data) ? data.TrimEnd('/') : root)}/{folders}*{Path.GetExtension(usable)}";
            foreach (var file in found)
            {
                InputFormats.OfName(file.Name, others);
            }
        }

        return new(root, [.. found.Select(file => file.Name)]) { Skipped = skipped };
    }

    static PJobException Bad(string what) => new($"input.data: {what}", ExitCode.BadSpec);
}
