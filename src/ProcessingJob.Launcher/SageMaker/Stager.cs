using System.Text.Json;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using ProcessingJob.Contract;

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
    const long PartBytes = 32L << 20;

    // CopyObject takes no more than 5 GB.
    const long CopyLimit = 5_000_000_000;
    readonly S3Uri _root = root.AsFolder();

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
    public async Task WriteAsync(S3Uri to, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        var request = new PutObjectRequest
        {
            BucketName = to.Bucket,
            Key = to.Key,
            InputStream = stream,
        };
        if (kmsKey is not null)
        {
            (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (
                ServerSideEncryptionMethod.AWSKMS,
                kmsKey
            );
        }

        await s3.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
    }

    async Task MoveAsync(
        string kind,
        string localRoot,
        S3Uri folder,
        List<SourceFile> missing,
        Pointer? before,
        CancellationToken cancellationToken
    )
    {
        using var transfer = new TransferUtility(
            s3,
            new TransferUtilityConfig { ConcurrentServiceRequests = 8, MinSizeBeforePartUpload = PartBytes }
        );
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
                        && await TryCopyAsync(folder with { Key = before!.Folder + file.Source }, to, token).ConfigureAwait(false);
                    if (!copied)
                    {
                        await UploadAsync(transfer, Path.Combine(localRoot, file.Source), to, token).ConfigureAwait(false);
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

    Task UploadAsync(TransferUtility transfer, string path, S3Uri to, CancellationToken cancellationToken)
    {
        var request = new TransferUtilityUploadRequest
        {
            FilePath = path,
            BucketName = to.Bucket,
            Key = to.Key,
            PartSize = PartBytes,
        };
        if (kmsKey is not null)
        {
            (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (
                ServerSideEncryptionMethod.AWSKMS,
                kmsKey
            );
        }

        return transfer.UploadAsync(request, cancellationToken);
    }

    async Task<bool> TryCopyAsync(S3Uri from, S3Uri to, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = from.Bucket,
            SourceKey = from.Key,
            DestinationBucket = to.Bucket,
            DestinationKey = to.Key,
        };
        if (kmsKey is not null)
        {
            (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (
                ServerSideEncryptionMethod.AWSKMS,
                kmsKey
            );
        }

        try
        {
            await s3.CopyObjectAsync(request, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception e) when ((int)e.StatusCode is 403 or 404)
        {
            // A lifecycle rule may have taken the old set away.
            return false;
        }
    }

    async Task<Dictionary<string, long>> ListAsync(S3Uri folder, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        var request = new ListObjectsV2Request { BucketName = folder.Bucket, Prefix = folder.Key };
        await foreach (var item in s3.Paginators.ListObjectsV2(request).S3Objects.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            sizes[item.Key[folder.Key.Length..]] = item.Size ?? 0;
        }

        return sizes;
    }

    async Task<Pointer?> ReadPointerAsync(S3Uri at, CancellationToken cancellationToken)
    {
        var store = new S3OutputStore(s3, at with { Key = at.Key[..(at.Key.LastIndexOf('/') + 1)] });
        return await store.ReadAsync(at.Key[(at.Key.LastIndexOf('/') + 1)..], cancellationToken).ConfigureAwait(false) is { } json
            ? JsonSerializer.Deserialize<Pointer>(json)
            : null;
    }

    sealed record Pointer(string Folder, Dictionary<string, string> Files);
}
