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

/// <summary>Starts jobs from notebooks and scripts, on this machine or on SageMaker.</summary>
public static class JobClient
{
    /// <summary>Runs on SageMaker in the spec's region; cancelling detaches and leaves the job running.</summary>
    public static RunningJob RunOnSageMaker(JobSpec spec, RemoteOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Start(events => new SageMakerTarget(AwsConnection.Create(spec.Aws.Region)).RunAsync(spec, options ?? new RemoteOptions(), events, cancel));
    }

    /// <summary>Runs on this machine, a worker process per host.</summary>
    public static RunningJob RunHere(JobSpec spec, CancellationToken cancel = default) => Start(events => new LocalTarget().RunAsync(spec, events, cancel));

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
