using System.Globalization;
using System.Text.Json;
using Amazon.Runtime;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Cost;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Launcher.Doctor;

/// <summary>
/// A job of one host, without data, that only tells what a host of a type has: the image's <c>probe</c>. The facts come back in the
/// exit message, so that no rights on logs or buckets are needed.
/// </summary>
public sealed class ProbeJob(AwsConnection connection, TimeProvider time, IProgress<JobEvent> events)
{
    static readonly TimeSpan MaxRuntime = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    readonly IProcessingJobs _jobs = ProcessingJobs.Over(connection);

    /// <summary>Runs the job to its end; cancelled, it stops the job.</summary>
    /// <returns>A finding, and the facts where the host could tell them.</returns>
    /// <exception cref="PJobException">BadSpec: no image, or outside the service's limits. Remote: AWS refused.</exception>
    public async Task<(DoctorFinding Finding, HostFacts? Facts)> RunAsync(
        JobSpec spec,
        string instanceType,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        var request = await RequestAsync(spec, instanceType, cancellationToken).ConfigureAwait(false);
        try
        {
            await new JobSubmitter(_jobs, time, events).CreateAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonServiceException e)
        {
            throw new PJobException(AwsErrors.Explain(e), ExitCode.Remote, e);
        }

        events.Report(new JobNote($"{request.ProcessingJobName} is started; {Price(instanceType)}"));
        return Read(await EndAsync(request.ProcessingJobName, cancellationToken).ConfigureAwait(false), instanceType);
    }

    async Task<CreateJobRequest> RequestAsync(JobSpec spec, string instanceType, CancellationToken cancellationToken)
    {
        var image = spec.Aws.Image ?? throw new PJobException("aws.image is not set; fix: scripts/publish-image.sh", ExitCode.BadSpec);
        var resolved = await new ImageResolver(connection).ResolveAsync(image, cancellationToken: cancellationToken).ConfigureAwait(false);
        var role = await new RoleResolver(connection).ResolveAsync(spec.Aws.Role, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow().ToString("yyMMddHHmmss", CultureInfo.InvariantCulture);
        var name = JobNames.Of($"probe-{instanceType}", now);
        return SageMakerRequest.OfOneHost(spec, (name, instanceType, resolved.Uri, role), MaxRuntime, "probe");
    }

    async Task<JobDescription> EndAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    var job = await _jobs.DescribeAsync(name, cancellationToken).ConfigureAwait(false);
                    if (job is { IsTerminal: true })
                    {
                        return job;
                    }
                }
                catch (Exception e) when (AwsErrors.IsTransient(e))
                {
                    // The job ends by itself; what it found can be asked for later.
                }

                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await _jobs.StopAsync(name, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        catch (AmazonServiceException e)
        {
            throw new PJobException(AwsErrors.Explain(e), ExitCode.Remote, e);
        }
    }

    (DoctorFinding, HostFacts?) Read(JobDescription job, string instanceType)
    {
        const string Subject = "host";
        if (job.ProcessingJobStatus == JobStatus.Completed)
        {
            return FactsIn(job.ExitMessage) is { } facts
                ? (new(Subject, Health.Good, $"{instanceType}: {facts}"), facts)
                : (
                    new(
                        Subject,
                        Health.Bad,
                        $"{instanceType}: the job completed, but told nothing",
                        "publish the image again: an older worker has no probe"
                    ),
                    null
                );
        }

        return (new(Subject, Health.Bad, $"{instanceType}: {FailureText.Of(job, false, [], connection.Region)}"), null);
    }

    static HostFacts? FactsIn(string? message)
    {
        if (message?.IndexOf('{') is not { } at || at < 0)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<HostFacts>(message[at..], ContractJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string Price(string instanceType) =>
        InstanceTypes.Default.Find(instanceType)?.UsdPerHour is { } usd
            ? $"it runs for at most {MaxRuntime.TotalMinutes:0} minutes, which cost {usd * MaxRuntime.TotalHours:0.00} USD"
            : $"it runs for at most {MaxRuntime.TotalMinutes:0} minutes";
}
