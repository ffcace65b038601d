using System.Text.Json;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.Reading;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.Targets;

/// <summary>run and plan on Amazon SageMaker Processing.</summary>
sealed class SageMakerCommands : ITarget
{
    static readonly JsonSerializerOptions Request = new(AwsJsonClient.Json) { WriteIndented = true };

    public Task PlanAsync(CliContext cli, JobSpec spec, PlanSettings settings, CancellationToken cancellationToken) =>
        new SageMakerPlan(cli, settings).RunAsync(spec, cancellationToken);

    /// <summary>With --json the exact body of CreateProcessingJob, which cannot be sent yet: nothing of what it names is staged.</summary>
    public async Task DryRunAsync(CliContext cli, JobSpec spec, RunSettings settings, CancellationToken cancellationToken)
    {
        var target = new SageMakerTarget(cli.Connect(spec.Aws.Region), cli.Time);
        var work = target.PlanAsync(spec, new StepLines(cli), cancellationToken);
        var (plan, request) = await WaitNotice.WhileAsync(cli, $"AWS in {target.Connection.Region}", work);
        if (settings.Strict)
        {
            Strictness.Require(plan.Warnings);
        }

        const string NotStaged =
            "not staged: the request below cannot be sent, because its config channel is empty; 'pjob request' stages it";
        if (settings.Json)
        {
            // The document is the request alone.
            cli.Error.Write(Text.Warnings(plan.Warnings));
            cli.Error.WriteLine(NotStaged);
        }
        else
        {
            cli.Out.Write(PlanText.Of(plan));
            cli.Out.WriteLine(NotStaged);
        }

        cli.Out.WriteLine(JsonSerializer.Serialize(request, Request));
    }

    public async Task<int> RunAsync(CliContext cli, JobSpec spec, RunSettings settings, CancellationToken cancellationToken)
    {
        var target = new SageMakerTarget(cli.Connect(spec.Aws.Region), cli.Time);
        string? name = null;
        JobResult result;
        try
        {
            result = await JobDisplay.FollowAsync(
                cli,
                settings.Json,
                events =>
                    target.RunAsync(
                        spec,
                        new RemoteOptions(settings.Wait, settings.Force, settings.Strict),
                        new NameWatch(events, found => name = found),
                        cancellationToken
                    )
            );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await new Detaching(cli, target, settings.Json).LeaveAsync(name);
        }
        if (settings.Json)
        {
            cli.WriteJson(result);
        }

        var said = settings.Json ? cli.Error : cli.Out;
        if (result.Status == JobState.InProgress)
        {
            said.Write(Text.Warnings(result.Warnings));
            said.WriteLine(result.Message);
            return 0;
        }
        if (result.Message is { } message)
        {
            cli.WriteError(message);
        }

        said.WriteLine(ResultText.Of(result));
        return result.ExitCode;
    }

    /// <summary>Remembers the job's name for the case that the user leaves.</summary>
    sealed class NameWatch(IProgress<JobEvent> inner, Action<string> found) : IProgress<JobEvent>
    {
        public void Report(JobEvent value)
        {
            if (value is JobNamed named)
            {
                found(named.Job);
            }

            inner.Report(value);
        }
    }
}
