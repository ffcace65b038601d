using System.Threading.Channels;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher;

/// <summary>A run in notebooks and scripts: events as they come, and the result.</summary>
/// <param name="Events">Ends when the run has ended; may be read once.</param>
/// <param name="Result">How it ended; faulted with <see cref="PJobException"/> when it could not start.</param>
public sealed record RunningJob(IAsyncEnumerable<JobEvent> Events, Task<JobResult> Result);

/// <summary>
/// Starts jobs from notebooks and scripts, on this machine or on SageMaker, and comes back to them. The spec is read from a file
/// or built here:
/// <code>
/// var result = await JobClient.RunAsync(new JobSpec
/// {
///     Model = "models/minilm",
///     Input = new() { Data = "reviews/", Text = ["review_body"] },
///     Output = new() { Data = "out" },
/// });
/// Console.WriteLine($"{result.Status}: {result.Counts?.RowsOut} rows in {result.Output}");
/// </code>
/// </summary>
/// <remarks>The same checks, the same plan and so the same output as pjob with the same job.yaml.</remarks>
public static class JobClient
{
    /// <summary>Whether a job runs on SageMaker unless somebody says otherwise: its input or output is on S3.</summary>
    public static bool RunsOnSageMaker(JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return S3Uri.IsS3(spec.Input.Data) || S3Uri.IsS3(spec.Output.Data);
    }

    /// <summary>Runs a job to its end where <see cref="RunsOnSageMaker"/> says.</summary>
    /// <param name="spec">The spec; relative paths are those of this process.</param>
    /// <param name="events">Called from several threads; null: nobody is told.</param>
    /// <param name="cancellationToken">Stops workers on this machine, detaches from SageMaker.</param>
    /// <exception cref="PJobException">It could not start; the message says what to do.</exception>
    public static Task<JobResult> RunAsync(JobSpec spec, IProgress<JobEvent>? events = null, CancellationToken cancellationToken = default)
    {
        events ??= new Nobody();
        return RunsOnSageMaker(spec)
            ? new SageMakerTarget(AwsConnection.Create(spec.Aws.Region)).RunAsync(spec, new RemoteOptions(), events, cancellationToken)
            : new LocalTarget().RunAsync(spec, events, cancellationToken);
    }

    /// <summary>
    /// Runs on SageMaker in the spec's region to the end, or with <see cref="RemoteOptions.Wait"/> false until the job is submitted. The
    /// same spec again follows the running job, goes on from a failed one, or says that all is done; cancelling detaches.
    /// </summary>
    public static RunningJob RunOnSageMaker(JobSpec spec, RemoteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Start(events =>
            new SageMakerTarget(AwsConnection.Create(spec.Aws.Region)).RunAsync(
                spec,
                options ?? new RemoteOptions(),
                events,
                cancellationToken
            )
        );
    }

    /// <summary>
    /// Runs on this machine, a worker process per host; the project ProcessingJob.Worker must be referred to, or be named in
    /// <see cref="WorkerCommand.Variable"/>.
    /// </summary>
    public static RunningJob RunHere(JobSpec spec, CancellationToken cancellationToken = default) =>
        Start(events => new LocalTarget().RunAsync(spec, events, cancellationToken));

    /// <summary>Opens what a job wrote, to read its rows:
    /// <code>
    /// var output = await JobClient.OpenAsync(result.Output);
    /// await foreach (var row in output.RowsAsync())
    /// {
    ///     Console.WriteLine($"{row.Get&lt;string&gt;("id")}: {row.Embedding.Length} numbers");
    /// }
    /// </code>
    /// </summary>
    /// <param name="output">The output's folder or s3 URI.</param>
    /// <param name="region">Of the bucket; null: the environment's.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="PJobException">There is no finished output.</exception>
    /// <remarks>
    /// Of an output on S3 nobody disposes the client, which lives as long as what is returned. To end it: <see cref="OpenedOutput.At"/> in
    /// a using, and <see cref="FinishedOutput.OpenAsync"/> of its store.
    /// </remarks>
    public static async Task<FinishedOutput> OpenAsync(string output, string? region = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        var opened = OpenedOutput.At(output, () => AwsConnection.Create(region));
        try
        {
            return await FinishedOutput.OpenAsync(opened.Store, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    static RunningJob Start(Func<IProgress<JobEvent>, Task<JobResult>> run)
    {
        var channel = Channel.CreateUnbounded<JobEvent>();
        var result = Task.Run(async () =>
        {
            try
            {
                return await run(new Writer(channel.Writer)).ConfigureAwait(false);
            }
            finally
            {
                channel.Writer.Complete();
            }
        });
        return new RunningJob(channel.Reader.ReadAllAsync(), result);
    }

    sealed class Nobody : IProgress<JobEvent>
    {
        public void Report(JobEvent value) { }
    }

    sealed class Writer(ChannelWriter<JobEvent> channel) : IProgress<JobEvent>
    {
        public void Report(JobEvent value) => channel.TryWrite(value);
    }
}
