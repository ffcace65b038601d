using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Estimating;

/// <summary>What is left to do on this machine.</summary>
/// <param name="Rows">Expected.</param>
/// <param name="Tokens">Expected; null when the model's tokenizer cannot be used.</param>
/// <param name="Seconds">Expected, of all hosts together on this machine; null when no speed is known.</param>
sealed record LocalEstimate(long Rows, long? Tokens, double? Seconds)
{
    /// <exception cref="PJobException">The data cannot be read.</exception>
    public static async Task<LocalEstimate> MakeAsync(
        JobSpec spec,
        JobPlan plan,
        double? tokensPerSecond,
        CancellationToken cancellationToken
    )
    {
        var data = new LocalData(LocalInput.Resolve(spec.Input.Data).Root);
        var sample = await SampleAsync(spec, plan, data, cancellationToken);
        var speed = tokensPerSecond ?? await WorkSample.MeasuredSpeedAsync(LocalStore.Within(spec.Output.Data), cancellationToken);
        var share = plan.BytesLeft == 0 ? 1 : (double)plan.Hosts.Max(h => h.BytesLeft) / plan.BytesLeft;
        return new(sample.Rows, sample.Tokens, speed is { } perSecond && sample.Tokens is { } tokens ? tokens * share / perSecond : null);
    }

    public override string ToString() =>
        $"expected: {Text.Count(Rows)} rows"
        + (Tokens is { } tokens ? $", {Text.Count(tokens)} tokens" : "")
        + (Seconds is { } seconds ? $", about {Text.Seconds(seconds)} at the measured speed" : "")
        + "\n";

    // A plan is useful even while the model cannot be used yet.
    static async Task<WorkSample> SampleAsync(JobSpec spec, JobPlan plan, LocalData data, CancellationToken cancellationToken)
    {
        try
        {
            return await WorkSample.TakeAsync(spec, plan, data, spec.Model, cancellationToken);
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.Model)
        {
            return await WorkSample.TakeAsync(spec, plan, data, null, cancellationToken);
        }
    }
}
