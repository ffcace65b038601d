using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
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
    public static OpenedOutput Open(CliContext cli, string place, string? region) =>
        S3Uri.IsS3(place) || Directory.Exists(place)
            ? OpenedOutput.At(place, () => cli.Connect(region))
            : throw new PJobException(
                $"{Path.GetFullPath(place)}: no such folder; expected the output of a job, or its s3:// URI",
                ExitCode.BadSpec
            );
}
