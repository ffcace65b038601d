using System.Threading.Channels;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Launcher;

/// <summary>A run in notebooks and scripts: events as they come, and the result.</summary>
/// <param name="Events">Ends when the run has ended; may be read once.</param>
/// <param name="Result">How it ended; faulted with <see cref="PJobException"/> when it could not start.</param>
public sealed record RunningJob(IAsyncEnumerable<JobEvent> Events, Task<JobResult> Result);

/// <summary>
/// Starts jobs from notebooks and scripts, on this machine or on SageMaker, and comes back to them:
/// <code>
/// var job = JobClient.RunOnSageMaker(SpecReader.ReadFile("job.yaml"));
/// await foreach (var happened in job.Events) Console.WriteLine(happened);
/// var result = await job.Result;
/// </code>
/// </summary>
/// <remarks>Every host infers the types of the kept columns from its first file; pjob reads them once for all hosts (<see cref="SageMakerTarget.ReadSchema"/>).</remarks>
public static class JobClient
{
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

    /// <summary>Runs on this machine, a worker process per host; the project ProcessingJob.Worker must be referred to, or be named in <see cref="WorkerCommand.Variable"/>.</summary>
    public static RunningJob RunHere(JobSpec spec, CancellationToken cancellationToken = default) =>
        Start(events => new LocalTarget().RunAsync(spec, events, cancellationToken));

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

    sealed class Writer(ChannelWriter<JobEvent> channel) : IProgress<JobEvent>
    {
        public void Report(JobEvent value) => channel.TryWrite(value);
    }
}
