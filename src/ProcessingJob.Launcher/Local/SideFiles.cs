using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>
/// Files that the spec names and the worker reads: they travel in the config channel, under a name made of their content. So the
/// spec's fingerprint covers the content, and no path of this machine reaches a host.
/// </summary>
/// <param name="Spec">The spec with those names.</param>
/// <param name="Files">Path on this machine by name in the config channel.</param>
public sealed record SideFiles(JobSpec Spec, IReadOnlyDictionary<string, string> Files)
{
    /// <exception cref="PJobException">Exit code 2: a named file cannot be read.</exception>
    public static SideFiles Collect(JobSpec spec)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        string? Stage(string key, string? path)
        {
            if (path is null || S3Uri.IsS3(path))
            {
                return path;
            }

            if (!File.Exists(path))
            {
                throw new PJobException($"{key}: {path} does not exist", ExitCode.BadSpec);
            }

            var name = $"{Path.GetFileNameWithoutExtension(path)}-{Fingerprints.OfFile(path)[..16]}{Path.GetExtension(path)}";
            files[name] = Path.GetFullPath(path);
            return name;
        }
        var staged = spec with { Embed = spec.Embed with { Ranges = Stage("embed.ranges", spec.Embed.Ranges) } };
        return new(staged, files);
    }
}
