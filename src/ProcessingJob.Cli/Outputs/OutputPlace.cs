using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Launcher;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Outputs;

/// <summary>Where commands find an output that they read file by file.</summary>
static class OutputPlace
{
    /// <param name="cli">Reaches S3.</param>
    /// <param name="place">A folder, or an s3:// URI.</param>
    /// <param name="region">Of the bucket; null: the environment's.</param>
    /// <exception cref="PJobException">BadSpec: there is no such folder; or there is no account.</exception>
    public static OpenedOutput Open(CliContext cli, string place, string? region)
    {
        if (!S3Uri.IsS3(place))
        {
            Require(place);
        }

        return OpenedOutput.At(place, () => cli.Connect(region));
    }

    /// <exception cref="PJobException">BadSpec: there is no such folder, or no job has written there.</exception>
    public static void Require(string folder)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var fault =
            File.Exists(full) ? "is a file, expected the output of a job (a folder), or its s3:// URI"
            : !Directory.Exists(full) ? "no such folder; expected the output of a job, or its s3:// URI"
            : IsOutput(full) ? null
            : $"is not the output of a job: it has no {OutputLayout.Manifest}; fix: name "
                + (Path.GetDirectoryName(full) is { } above && IsOutput(above) ? above : "the folder that output.data names in job.yaml");
        if (fault is not null)
        {
            throw new PJobException($"{full}: {fault}", ExitCode.BadSpec);
        }
    }

    // What other commands say of an output of an earlier version, or of one that hosts wrote without pjob, is more exact.
    static bool IsOutput(string folder) =>
        File.Exists(Path.Combine(folder, OutputLayout.Manifest))
        || File.Exists(Path.Combine(folder, "manifest.json"))
        || Directory.Exists(Path.Combine(folder, OutputLayout.CommitFolder))
        || Directory.Exists(Path.Combine(folder, "commits"))
        || Directory.Exists(Path.Combine(folder, LocalStore.PrivateFolder));
}
