using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Outputs;

/// <summary>An output in a folder or on S3, for commands that read it file by file.</summary>
sealed class OpenedOutput : IDisposable
{
    readonly IDisposable? _client;

    OpenedOutput(IOutputStore store, IDisposable? client) => (Store, _client) = (store, client);

    public IOutputStore Store { get; }

    /// <param name="cli">Reaches S3.</param>
    /// <param name="place">A folder, or an s3:// URI.</param>
    /// <param name="region">Of the bucket; null: the environment's.</param>
    /// <exception cref="PJobException">BadSpec: there is no such folder; or there is no account.</exception>
    public static OpenedOutput At(CliContext cli, string place, string? region)
    {
        if (S3Uri.IsS3(place))
        {
            var s3 = cli.Connect(region).S3();
            return new(new S3Store(s3, S3Uri.Parse(place, "output"), AwsConnection.S3Options), s3);
        }
        return Directory.Exists(place)
            ? new(LocalStore.Within(place), null)
            : throw new PJobException(
                $"{Path.GetFullPath(place)}: no such folder; expected the output of a job, or its s3:// URI",
                ExitCode.BadSpec
            );
    }

    public void Dispose() => _client?.Dispose();
}
