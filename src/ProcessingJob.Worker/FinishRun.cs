using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Storage;

namespace ProcessingJob.Worker;

/// <summary>The worker's <c>finish</c>: orchestrators without a machine of their own end a job by a container of the same image.</summary>
static class FinishRun
{
    /// <returns>One line for the user.</returns>
    public static async Task<string> RunAsync(string? place, ContainerPaths paths, TimeProvider time, CancellationToken cancellationToken)
    {
        using var client =
            place is not null && S3Uri.IsS3(place)
                ? S3Clients.Create(ProcessingJobConfig.Read(paths.ProcessingJobConfigFile).Region)
                : null;
        IOutputStore store = client is null ? LocalStore.Within(place ?? paths.Output) : new S3Store(client, S3Uri.Parse(place!, "finish"));
        // Where the output names its input, a file that no host has seen is missed.
        var given = (await OutputIdentity.ReadAsync(store, cancellationToken))?.Spec.Input;
        var input =
            client is not null && given is not null && S3Uri.IsS3(given.Data)
                ? await S3Input.ListAsync(
                    client,
                    new S3Options(),
                    given.Data,
                    "input.data",
                    given.Format,
                    cancellationToken: cancellationToken
                )
                : null;
        string[]? sources = input is null ? null : [.. input.Files.Select(f => f.Source)];
        var finished = await new OutputFinisher(store, time).FinishAsync(sources, cancellationToken: cancellationToken);
        return $"{store.Location}: {(finished.Already ? "was finished before" : "finished")}: {finished.Manifest.Units} units, "
            + $"{finished.Manifest.RowsOut} rows, {OutputLayout.Manifest} and {OutputLayout.Success}";
    }
}
