using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Storage;

/// <summary>What an S3 address of job.yaml holds.</summary>
/// <param name="Root">Prefix that the names of <paramref name="Files"/> are relative to, ending in '/'.</param>
/// <param name="Files">Objects with size and ETag, in ordinal order. Names that begin with '.' or '_' and folder markers are left
/// out.</param>
/// <param name="Object">The address of the one object, when the address named an object; else null.</param>
public sealed record S3Input(S3Uri Root, IReadOnlyList<SourceFile> Files, S3Uri? Object)
{
    public long Bytes => Files.Sum(f => f.Size);

    /// <summary>Lists an object or a folder. A folder's name stands for all below it, with or without its last slash.</summary>
    /// <param name="s3">Client of the bucket's region.</param>
    /// <param name="options">How it is called.</param>
    /// <param name="uri">s3://bucket/key.</param>
    /// <param name="key">Key of job.yaml, for messages.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="PJobException">Exit code 2: nothing there, or a glob.</exception>
    public static async Task<S3Input> ListAsync(
        IAmazonS3 s3,
        S3Options options,
        string uri,
        string key,
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

        var (folder, files) = (at.AsFolder(), new List<SourceFile>());
        try
        {
            await foreach (var item in new S3Objects(new(s3, options)).ListAsync(at, cancellationToken).ConfigureAwait(false))
            {
                if (item.Key == at.Key && !item.Key.EndsWith('/'))
                {
                    var parent = at with { Key = item.Key[..^at.Name.Length] };
                    return new S3Input(parent, [new SourceFile(at.Name, item.Size, item.ETag)], at);
                }
                if (item.Key.StartsWith(folder.Key, StringComparison.Ordinal))
                {
                    TableFormats.RefuseName(uri, item.Key[folder.Key.Length..]);
                }

                RefuseName(item.Key, folder, key);
                // Without the slash the listing also brings siblings such as corpus-old/…
                if (item.Key.StartsWith(folder.Key, StringComparison.Ordinal) && !SourceNames.IsHidden(item.Key[folder.Key.Length..]))
                {
                    files.Add(new SourceFile(item.Key[folder.Key.Length..], item.Size, item.ETag));
                }
            }
        }
        catch (PJobException e) when (!e.Message.StartsWith($"{key}:", StringComparison.Ordinal))
        {
            throw new PJobException($"{key}: {e.Message}", e.ExitCode, e);
        }

        return files.Count > 0
            ? new S3Input(folder, [.. files.OrderBy(f => f.Source, StringComparer.Ordinal)], null)
            : throw new PJobException(
                $"{key}: no objects in {folder} (names that begin with '.' or '_' do not count); check the address, or 'aws s3 "
                    + $"ls {folder}'",
                ExitCode.BadSpec
            );
    }

    // SageMaker copies objects into files, and the worker refuses such names: better before the job than after its start.
    static void RefuseName(string found, S3Uri folder, string key)
    {
        if (
            found.StartsWith(folder.Key, StringComparison.Ordinal)
            && found[folder.Key.Length..] is var name
            && !SourceNames.IsHidden(name)
            && !SourceNames.IsPlain(name)
        )
        {
            throw new PJobException(
                $"{key}: found the key {found} in bucket {folder.Bucket}, which cannot be a file name (a '\\', '..' or an empty part "
                    + "between two '/'); fix: rename the object, or move it out of the prefix",
                ExitCode.BadSpec
            );
        }
    }
}
