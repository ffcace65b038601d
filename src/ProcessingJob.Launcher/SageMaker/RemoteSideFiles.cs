using Amazon.S3;
using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Files on S3 that the spec names are brought here, so that they travel in the config channel like local ones: a host in isolation could not read them.</summary>
static class RemoteSideFiles
{
    public static async Task<JobSpec> FetchAsync(JobSpec spec, IAmazonS3 s3, CancellationToken cancellationToken) =>
        spec with
        {
            Embed = spec.Embed with
            {
                Ranges = await FetchAsync(spec.Embed.Ranges, "embed.ranges", s3, cancellationToken).ConfigureAwait(false),
            },
        };

    static async Task<string?> FetchAsync(string? path, string key, IAmazonS3 s3, CancellationToken cancellationToken)
    {
        if (!S3Uri.IsS3(path))
        {
            return path;
        }

        var at = S3Uri.Parse(path!, key);
        var name = at.Key[(at.Key.LastIndexOf('/') + 1)..];
        var store = new S3OutputStore(s3, at with { Key = at.Key[..^name.Length] });
        var content =
            await store.ReadAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new PJobException($"{key}: {path} does not exist", ExitCode.BadSpec);
        var local = Path.Combine(Directory.CreateTempSubdirectory("pjob-").FullName, name);
        await File.WriteAllBytesAsync(local, content, cancellationToken).ConfigureAwait(false);
        return local;
    }
}
