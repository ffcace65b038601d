using Amazon.S3;
using Amazon.S3.Model;
using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>Source files below an S3 prefix. Versions are ETags, and every read insists on them.</summary>
public sealed class S3Data : IDataRoot
{
    readonly S3Uri _uri;
    readonly S3Calls _calls;

    public S3Data(IAmazonS3 client, string uri, S3ReadOptions? options = null, TimeProvider? time = null)
    {
        _uri = S3Uri.Parse(uri);
        _calls = new(client, options ?? new(), time);
    }

    internal S3Data(S3Calls calls, S3Uri uri) => (_calls, _uri) = (calls, uri);

    public async Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken)
    {
        var files = new List<SourceFile>();
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request
            {
                BucketName = _uri.Bucket,
                Prefix = _uri.Prefix,
                ContinuationToken = next,
            };
            var page = await _calls
                .RunAsync(_uri.ToString(), (s3, token) => s3.ListObjectsV2Async(request, token), cancellationToken)
                .ConfigureAwait(false);
            foreach (var item in page.S3Objects ?? [])
            {
                var name = item.Key[_uri.Prefix.Length..];
                if (name.Length == 0 || name.EndsWith('/') || name.Split('/').Any(part => part.StartsWith('.') || part.StartsWith('_')))
                {
                    continue;
                }

                if (!SourceNames.IsPlain(name))
                {
                    throw new PJobException($"s3://{_uri.Bucket}/{item.Key}: the name has '..', '\\' or empty parts; rename it");
                }

                files.Add(new(name, item.Size ?? 0, item.ETag.Trim('"')));
            }
            if (page.IsTruncated == true && string.IsNullOrEmpty(page.NextContinuationToken))
            {
                throw new PJobException($"{_uri}: S3 gave a part of the list and no way to go on; try again");
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        } while (next is not null);
        files.Sort((a, b) => string.CompareOrdinal(a.Source, b.Source));
        return files;
    }

    public Task<IByteSource> OpenAsync(WorkUnit unit, CancellationToken cancellationToken) =>
        SourceNames.IsPlain(unit.Source)
            ? Task.FromResult<IByteSource>(new S3Source(_calls, _uri, unit.Source, unit.Size, unit.Version))
            : throw new PJobException($"'{unit.Source}': not a path below the data; parts such as '..' are refused");
}
