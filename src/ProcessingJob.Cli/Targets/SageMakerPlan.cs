using ProcessingJob.Cli.Display;
using ProcessingJob.Cli.Estimating;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Aws;
using ProcessingJob.Launcher.Cost;
using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Reading;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.Targets;

/// <summary>plan on SageMaker: shares, and what they cost.</summary>
sealed class SageMakerPlan(CliContext cli, PlanSettings settings)
{
    public async Task RunAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var target = new SageMakerTarget(cli.Connect(spec.Aws.Region), cli.Time);
        var (plan, _) = await WaitNotice.WhileAsync(
            cli,
            $"AWS in {target.Connection.Region}",
            target.PlanAsync(spec, new StepLines(cli), cancellationToken)
        );
        if (settings.Strict)
        {
            Strictness.Require(plan.Warnings);
        }

        if (!settings.Json)
        {
            cli.Out.Write(PlanText.Of(plan));
        }

        if (plan.UnitsLeft == 0)
        {
            if (settings.Json)
            {
                cli.WriteJson(PlanText.Document(plan));
            }

            return;
        }
        Workload work;
        try
        {
            using var s3 = target.Connection.S3();
            var estimate = AwsErrors.ExplainAsync(() =>
                RemoteWorkload.EstimateAsync(spec, plan, s3, settings.TokensPerSecond, cancellationToken)
            );
            work = await WaitNotice.WhileAsync(cli, "a sample of the data to estimate time and cost", estimate);
        }
        catch (PJobException e) when (settings is { Simulate: null, Deadline: null })
        {
            // The plan is still useful; fail only when an estimate was asked for.
            cli.Error.WriteLine($"no estimate of time and cost: {e.Message}");
            if (settings.Json)
            {
                cli.WriteJson(PlanText.Document(plan));
            }

            return;
        }
        Print(spec, plan, work);
    }

    void Print(JobSpec spec, JobPlan plan, Workload work)
    {
        var (model, type) = (new CostModel(settings.Types), spec.Compute.InstanceType[0]);
        var costs = spec.Compute.InstanceType.Select(name => model.Estimate(work, name, plan.Hosts.Count)).ToList();
        // More hosts than units, or than files that are dealt out whole, would be refused.
        var most = spec.Input.Sharding == Sharding.ByKey ? plan.Files.Count : work.Units.Count;
        IReadOnlyList<CostEstimate> choices = settings.Simulate is { } range
            ? [.. model.Simulate(work, type, Math.Min(range.To, Math.Max(range.From, most))).Skip(range.From - 1)]
            : [];
        var best = settings.Deadline is { } deadline ? CostModel.Cheapest(choices, deadline) : null;
        if (settings.Json)
        {
            cli.WriteJson(
                PlanText.Document(
                    plan,
                    new
                    {
                        work.Rows,
                        work.Tokens,
                        Cost = CostText.Document(costs[0]),
                        Costs = costs.Select(CostText.Document),
                        Simulated = choices.Select(CostText.Document),
                        Cheapest = best is null ? null : CostText.Document(best),
                    }
                )
            );
            return;
        }
        cli.Out.Write(CostText.Of(costs, work, settings.Types));
        if (choices.Count > 0)
        {
            cli.Out.Write(CostText.Of(choices, best));
        }

        if (settings.Deadline is { } limit)
        {
            cli.Out.WriteLine(
                best is not null
                    ? $"cheapest within {CostText.Time(limit)}: --hosts {best.Hosts}"
                    : $"no number of hosts up to {choices[^1].Hosts} finishes within {CostText.Time(limit)}; "
                        + $"the fastest takes {CostText.Time(choices.Min(c => c.Total))}"
            );
        }
    }
}
