using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Estimating;

/// <summary>What is left to do on this machine.</summary>
/// <param name="Rows">Expected.</param>
/// <param name="Tokens">Expected.</param>
/// <param name="Seconds">Expected, of all hosts together on this machine; null when no speed is known.</param>
sealed record LocalEstimate(long Rows, long Tokens, double? Seconds)
{
    /// <exception cref="PJobException">The data or the model folder cannot be read.</exception>
    public static async Task<LocalEstimate> MakeAsync(
        JobSpec spec,
        JobPlan plan,
        double? tokensPerSecond,
        CancellationToken cancellationToken
    )
    {
        var data = new LocalData(LocalInput.Resolve(spec.Input.Data, spec.Input.Format).Root);
        var sample = await WorkSample.TakeAsync(spec, plan, data, spec.Model, cancellationToken);
        var output = LocalStore.Within(spec.Output.Data);
        var speed = tokensPerSecond ?? (await WorkSample.MeasuredLocallyAsync(output, cancellationToken));
        var share = plan.BytesLeft == 0 ? 1 : (double)plan.Hosts.Max(h => h.BytesLeft) / plan.BytesLeft;
        return new(sample.Rows, sample.Tokens, speed is { } perSecond ? sample.Tokens * share / perSecond : null);
    }

    public override string ToString() =>
        $"expected: {Text.Count(Rows)} rows, {Text.Count(Tokens)} tokens"
        + (Seconds is { } seconds ? $", about {Text.Seconds(seconds)} at the measured speed" : "")
        + "\n";
}
