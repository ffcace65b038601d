using System.Globalization;
using ProcessingJob.Launcher.Planning;

namespace ProcessingJob.Cli.Display;

/// <summary>A plan for people and for programs.</summary>
static class PlanText
{
    public static string Of(JobPlan plan)
    {
        var table = new TextTable("host", "files", "units", "committed", "left");
        foreach (var host in plan.Hosts)
        {
            table.Add(
                host.Host,
                Text.Count(host.FileCount),
                Text.Count(host.UnitCount),
                Text.Count(host.Committed),
                Text.Bytes(host.BytesLeft)
            );
        }

        var sharding = Contract.Names.Of(plan.Work.Sharding);
        return $"{plan.Work.Job}: {Text.Plural(plan.Files.Count, "file")}, {Text.Bytes(plan.Bytes)}, "
            + $"{Text.Plural(plan.Units.Count, "unit")}, {sharding}\n"
            + table
            + (
                plan.UnitsLeft == 0
                    ? "all units are committed\n"
                    : $"left: {Text.Plural(plan.UnitsLeft, "unit")}, {Text.Bytes(plan.BytesLeft)}"
                        + $"{(plan.RowsLeft is { } rows ? $", {Text.Plural(rows, "row")} as footers and line breaks tell" : "")}; "
                        + string.Create(CultureInfo.InvariantCulture, $"the largest share is {plan.Skew:0.00} times the mean\n")
            )
            + Text.Warnings(plan.Warnings);
    }

    /// <param name="plan">The plan.</param>
    /// <param name="estimate">Of what is left; null: not known.</param>
    public static object Document(JobPlan plan, object? estimate = null) =>
        new
        {
            plan.Work.Job,
            plan.Work.Sharding,
            Files = plan.Files.Count,
            plan.Bytes,
            Units = plan.Units.Count,
            plan.UnitsCommitted,
            plan.UnitsLeft,
            plan.BytesLeft,
            plan.RowsLeft,
            plan.Skew,
            Hosts = plan.Hosts.Select(h => new
            {
                h.Host,
                Files = h.FileCount,
                Units = h.UnitCount,
                h.Committed,
                h.BytesLeft,
            }),
            plan.Work.SpecFingerprint,
            plan.Work.ModelFingerprint,
            plan.Work.DataFingerprint,
            plan.Warnings,
            Estimate = estimate,
        };
}
