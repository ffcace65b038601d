using Amazon.S3;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>
/// The files that the spec names, with their contents. Those on S3 are brought here, so that they travel in the config channel like
/// local ones: a host in isolation could not read them.
/// </summary>
/// <param name="Spec">The spec with the names they have in the config channel.</param>
/// <param name="Files">Content by that name.</param>
sealed record RemoteSideFiles(JobSpec Spec, IReadOnlyDictionary<string, byte[]> Files)
{
    /// <exception cref="PJobException">Exit code 2: a named file is not there.</exception>
    public static async Task<RemoteSideFiles> CollectAsync(JobSpec spec, IAmazonS3 s3, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("pjob-").FullName;
        try
        {
            var objects = new S3Objects(new(s3, AwsConnection.S3Options));
            var (local, files) = Local.SideFiles.Collect(
                spec with
                {
                    Embed = spec.Embed with { Ranges = await FetchAsync("embed.ranges", spec.Embed.Ranges).ConfigureAwait(false) },
                }
            );
            var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var (name, path) in files)
            {
                contents[name] = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
            }

            return new(local, contents);

            async Task<string?> FetchAsync(string key, string? path)
            {
                if (!S3Uri.IsS3(path))
                {
                    return path;
                }

                var at = S3Uri.Parse(path!, key);
                var to = Path.Combine(folder, at.Name);
                return await objects.DownloadAsync(at, to, cancellationToken).ConfigureAwait(false)
                    ? to
                    : throw new PJobException($"{key}: {path} does not exist", ExitCode.BadSpec);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
