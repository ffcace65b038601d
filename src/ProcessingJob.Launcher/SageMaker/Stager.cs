using System.Text.Json;
using Amazon.S3;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Bytes of a staging that are there, and of all; files likewise.</summary>
public sealed record StagingProgress(string What, long Bytes, long TotalBytes, int Files, int TotalFiles);

/// <summary>
/// Brings local files to S3, only what is not there yet. A set of files lies under a prefix made of its content, so that what a
/// running job reads is never changed; files that an earlier set of the same folder had are copied inside S3.
/// </summary>
public sealed class Stager(IAmazonS3 s3, S3Uri root, string? kmsKey, IProgress<StagingProgress>? progress = null)
{
    const int FilesAtOnce = 4;

    // CopyObject takes no more than 5 GB.
    const long CopyLimit = 5_000_000_000;
    readonly S3Uri _root = root.AsFolder();
    readonly S3Objects _objects = new(new(s3, AwsConnection.S3Options), kmsKey);

    /// <summary>Where a set of files lies below a staging root: its content names it.</summary>
    public static S3Uri FolderOf(S3Uri root, string kind, IReadOnlyList<SourceFile> files) =>
        root.Append($"{kind}/{Fingerprints.OfItems(files.Select(f => (f.Source, f.Version)))}/");

    /// <summary>Stages files and returns the folder they lie in.</summary>
    /// <param name="kind">models, data: the folder below the staging root.</param>
    /// <param name="localRoot">What the names are relative to.</param>
    /// <param name="files">Names with size and sha256.</param>
    /// <param name="cancellationToken">Stops the uploads; those that are whole stay and count next time.</param>
    public async Task<S3Uri> StageAsync(
        string kind,
        string localRoot,
        IReadOnlyList<SourceFile> files,
        CancellationToken cancellationToken = default
    )
    {
        var folder = FolderOf(_root, kind, files);
        var there = await ListAsync(folder, cancellationToken).ConfigureAwait(false);
        var missing = files.Where(f => there.GetValueOrDefault(f.Source, -1) != f.Size).ToList();
        var pointer = _root.Append($"{kind}/latest/{Fingerprints.OfItems([("root", localRoot)])}.json");
        if (missing.Count > 0)
        {
            var before = await ReadPointerAsync(pointer, cancellationToken).ConfigureAwait(false);
            await MoveAsync(kind, localRoot, folder, missing, before, cancellationToken).ConfigureAwait(false);
            await WriteAsync(
                    pointer,
                    JsonSerializer.SerializeToUtf8Bytes(new Pointer(folder.Key, files.ToDictionary(f => f.Source, f => f.Version))),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        return folder;
    }

    /// <summary>Writes one small object.</summary>
    public Task WriteAsync(S3Uri to, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        _objects.WriteAsync(to, content, null, cancellationToken);

    async Task MoveAsync(
        string kind,
        string localRoot,
        S3Uri folder,
        List<SourceFile> missing,
        Pointer? before,
        CancellationToken cancellationToken
    )
    {
        var (total, bytes, done) = (missing.Sum(f => f.Size), 0L, 0);
        progress?.Report(new StagingProgress(kind, 0, total, 0, missing.Count));
        await Parallel
            .ForEachAsync(
                missing,
                new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken },
                async (file, token) =>
                {
                    var to = folder.Append(file.Source);
                    var copied =
                        before?.Files.GetValueOrDefault(file.Source) == file.Version
                        && file.Size < CopyLimit
                        && await _objects.TryCopyAsync(folder with { Key = before!.Folder + file.Source }, to, token).ConfigureAwait(false);
                    if (!copied)
                    {
                        await _objects.UploadAsync(Path.Combine(localRoot, file.Source), to, token).ConfigureAwait(false);
                    }

                    progress?.Report(
                        new StagingProgress(
                            kind,
                            Interlocked.Add(ref bytes, file.Size),
                            total,
                            Interlocked.Increment(ref done),
                            missing.Count
                        )
                    );
                }
            )
            .ConfigureAwait(false);
    }

    async Task<Dictionary<string, long>> ListAsync(S3Uri folder, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var item in _objects.ListAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            sizes[item.Key[folder.Key.Length..]] = item.Size;
        }

        return sizes;
    }

    async Task<Pointer?> ReadPointerAsync(S3Uri at, CancellationToken cancellationToken) =>
        await _objects.ReadAsync(at, cancellationToken).ConfigureAwait(false) is { } json
            ? JsonSerializer.Deserialize<Pointer>(json)
            : null;

    sealed record Pointer(string Folder, Dictionary<string, string> Files);
}
