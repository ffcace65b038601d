using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Storage;

/// <summary>What an S3 address of job.yaml holds.</summary>
/// <param name="Root">Prefix that the names of <paramref name="Files"/> are relative to, ending in '/'.</param>
/// <param name="Files">Objects with size and ETag, in ordinal order, without folder markers.</param>
/// <param name="Object">The address of the one object, when the address named an object; else null.</param>
public sealed record S3Input(S3Uri Root, IReadOnlyList<SourceFile> Files, S3Uri? Object)
{
    /// <summary>Names that were not taken for data: those that begin with '.' or '_', and <see cref="DataFiles"/>.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];

    public long Bytes => Files.Sum(f => f.Size);

    /// <summary>Lists an object or a folder. A folder's name stands for all below it, with or without its last slash.</summary>
    /// <param name="s3">Client of the bucket's region.</param>
    /// <param name="options">How it is called.</param>
    /// <param name="uri">s3://bucket/key.</param>
    /// <param name="key">Key of job.yaml, for messages.</param>
    /// <param name="format">That the spec gives all files of the data, or auto; null: it is no data, and nothing is skipped.</param>
    /// <param name="progress">Told of the objects that are found.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="PJobException">Exit code 2: nothing there, or a glob.</exception>
    public static async Task<S3Input> ListAsync(
        IAmazonS3 s3,
        S3Options options,
        string uri,
        string key,
        InputFormat? format,
        IProgress<StepProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var at = S3Uri.Parse(uri, key);
        if (GlobPattern.HasWildcards(at.Key))
        {
            throw new PJobException(
                $"{key}: found wildcards in {uri}; on S3 expected a prefix (s3://bucket/folder/) or one object",
                ExitCode.BadSpec
            );
        }

        var (folder, found, hidden) = (at.AsFolder(), new List<SourceFile>(), new SortedSet<string>(StringComparer.Ordinal));
        try
        {
            await foreach (var item in new S3Objects(new(s3, options)).ListAsync(at, cancellationToken).ConfigureAwait(false))
            {
                if (item.Key == at.Key && !item.Key.EndsWith('/'))
                {
                    if (format is not null && at.Name.EndsWith(".manifest", StringComparison.OrdinalIgnoreCase))
                    {
                        throw new PJobException(
                            $"{key}: {uri} is a list of objects (S3DataType ManifestFile), which is not read; fix: name the prefix that "
                                + "they lie below, or copy them below one of their own",
                            ExitCode.BadSpec
                        );
                    }

                    var parent = at with { Key = item.Key[..^at.Name.Length] };
                    return new S3Input(parent, [new SourceFile(at.Name, item.Size, item.ETag)], at);
                }

                // Without the slash the listing also brings siblings such as corpus-old/…
                if (!item.Key.StartsWith(folder.Key, StringComparison.Ordinal) || item.Key.EndsWith('/') || item.Key == folder.Key)
                {
                    continue;
                }

                var name = item.Key[folder.Key.Length..];
                TableFormats.RefuseName(uri, name);
                SourceNames.RefuseControls(uri, name);
                if (SourceNames.IsHidden(name))
                {
                    hidden.Add(SourceNames.HiddenPart(name));
                    continue;
                }

                RefuseName(name, folder, key);
                found.Add(new SourceFile(name, item.Size, item.ETag));
                progress?.Report(new("listing the input", found.Count, null, "objects"));
            }
        }
        catch (PJobException e) when (!e.Message.StartsWith($"{key}:", StringComparison.Ordinal))
        {
            throw new PJobException($"{key}: {e.Message}", e.ExitCode, e);
        }

        // S3 lists by UTF-8 bytes, where a surrogate pair stands behind all other characters.
        found.Sort((a, b) => string.CompareOrdinal(a.Source, b.Source));
        var (files, described) = format is { } known ? DataFiles.Split(found, f => f.Source, known) : (found, []);
        return files.Count > 0
            ? new S3Input(folder, files, null) { Skipped = [.. hidden, .. described] }
            : throw new PJobException(
                $"{key}: no objects in {folder} (names that begin with '.' or '_' do not count); fix: check the address, or 'aws s3 "
                    + $"ls {folder}'",
                ExitCode.BadSpec
            );
    }

    // SageMaker copies objects into files, and the worker refuses such names: better before the job than after its start.
    static void RefuseName(string name, S3Uri folder, string key)
    {
        if (!SourceNames.IsPlain(name))
        {
            throw new PJobException(
                $"{key}: found the key {folder.Key}{name} in bucket {folder.Bucket}, which cannot be a file name (a '\\', '..' or an empty "
                    + "part between two '/'); fix: rename the object, or move it out of the prefix",
                ExitCode.BadSpec
            );
        }
    }
}
