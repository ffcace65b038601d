using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using ProcessingJob.Contract;

namespace ProcessingJob.Storage;

/// <summary>One object, read by ranged GETs that all insist on the ETag that was planned.</summary>
public sealed class S3Source : IByteSource
{
    readonly S3Calls _calls;
    readonly S3Uri _uri;

    internal S3Source(S3Calls calls, S3Uri uri, string name, long length, string version)
    {
        (_calls, _uri) = (calls, uri);
        (Name, Length, Version) = (name, length, version);
    }

    public string Name { get; }
    public long Length { get; }
    public string Version { get; }

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        if (wanted == 0)
        {
            return 0;
        }

        var what = _uri.ToString();
        var request = new GetObjectRequest
        {
            BucketName = _uri.Bucket,
            Key = _uri.Key,
            ByteRange = new(offset, offset + wanted - 1),
            EtagToMatch = $"\"{Version}\"",
        };
        try
        {
            return await _calls
                .RunAsync(
                    what,
                    async (s3, token) =>
                    {
                        using var response = await s3.GetObjectAsync(request, token).ConfigureAwait(false);
                        // At-least reads throw on a connection that closes early; that is tried again.
                        await response.ResponseStream.ReadExactlyAsync(buffer[..wanted], token).ConfigureAwait(false);
                        return wanted;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw new PJobException(
                $"{what}: the object changed since it was planned (ETag {Version}, {Length} bytes); plan again",
                ExitCode.Failed,
                e
            );
        }
    }

    // Every request names the ETag that was planned: S3 refuses to serve another version.
    public void CheckUnchanged() { }

    public Stream OpenSequential(long start, long likelyEnd) => new ReadAheadStream(this, start, likelyEnd, _calls.Options);

    public ValueTask DisposeAsync() => default;
}
