using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Storage;

/// <summary>Source files below an S3 prefix. Versions are ETags, and every read insists on them.</summary>
public sealed class S3Data(IAmazonS3 client, S3Uri uri, S3Options? options = null, Retry? retry = null) : IDataRoot
{
    readonly S3Uri _root = uri.AsFolder();
    readonly S3Objects _objects = new(new(client, options ?? new(), retry));

    public async Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken)
    {
        var files = new List<SourceFile>();
        await foreach (var item in _objects.ListAsync(_root, cancellationToken).ConfigureAwait(false))
        {
            var name = item.Key[_root.Key.Length..];
            TableFormats.RefuseName($"s3://{_root.Bucket}/{_root.Key}", name);
            SourceNames.RefuseControls($"s3://{_root.Bucket}/{_root.Key}", name);
            if (SourceNames.IsHidden(name))
            {
                continue;
            }

            if (!SourceNames.IsPlain(name))
            {
                throw new PJobException($"s3://{_root.Bucket}/{item.Key}: the name has '..', '\\' or empty parts; fix: rename it");
            }

            files.Add(new(name, item.Size, item.ETag));
        }
        files.Sort((a, b) => string.CompareOrdinal(a.Source, b.Source));
        return files;
    }

    public Task<IByteSource> OpenAsync(WorkUnit unit, CancellationToken cancellationToken) =>
        SourceNames.IsPlain(unit.Source)
            ? Task.FromResult<IByteSource>(new S3Source(_objects.Calls, _root.Append(unit.Source), unit.Source, unit.Size, unit.Version))
            : throw new PJobException($"'{unit.Source}': not a path below the data; parts such as '..' are refused");
}
