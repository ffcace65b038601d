using System.Globalization;
using ProcessingJob.Launcher.Cost;

namespace ProcessingJob.Cli.Display;

/// <summary>Expected time and cost for people and for programs.</summary>
static class CostText
{
    /// <summary>One line of what is to be done and one for each type that may do it.</summary>
    public static string Of(IReadOnlyList<CostEstimate> costs, Workload work, InstanceTypes types) =>
        $"expected: {Text.Count(work.Rows)} rows, {Text.Count(work.Tokens)} tokens (prices of {types.Region}, {types.Date})\n"
        + string.Concat(costs.Select(Of));

    static string Of(CostEstimate cost) =>
        $"  {cost.Hosts} x {cost.Type.Type}: {Time(cost.Total)}, including {Time(CostModel.Startup)} of startup; {Usd(cost)}; "
        + (
            cost.Measured
                ? $"at the measured {Text.Count(cost.TokensPerSecond)} tokens/s per host\n"
                : $"at an estimated {Text.Count(cost.TokensPerSecond)} tokens/s per host (run once to measure it, or set "
                    + "--tokens-per-second)\n"
        );

    /// <summary>Time and cost by number of hosts; of a long list the rows that show its shape.</summary>
    public static string Of(IReadOnlyList<CostEstimate> choices, CostEstimate? chosen)
    {
        var table = new TextTable("hosts", "time", "cost", "per million rows", "");
        foreach (var choice in choices.Where((c, i) => c == chosen || i == choices.Count - 1 || IsRound(c.Hosts)))
        {
            table.Add(
                $"{choice.Hosts}",
                Time(choice.Total),
                Money(choice.Usd),
                Money(choice.UsdPerMillionRows),
                choice == chosen ? "<" : ""
            );
        }

        return table.ToString();
    }

    public static object Document(CostEstimate cost) =>
        new
        {
            cost.Hosts,
            InstanceType = cost.Type.Type,
            Seconds = Math.Round(cost.Total.TotalSeconds),
            ComputingSeconds = Math.Round(cost.Computing.TotalSeconds),
            cost.Skew,
            cost.TokensPerSecond,
            cost.Measured,
            cost.Usd,
            cost.UsdPerMillionRows,
        };

    public static string Time(TimeSpan time) =>
        time < TimeSpan.FromMinutes(1) ? "1m" : Contract.Spec.Durations.Format(TimeSpan.FromMinutes(Math.Ceiling(time.TotalMinutes)));

    static bool IsRound(int hosts) => hosts <= 10 || (hosts <= 50 && hosts % 5 == 0) || hosts % 10 == 0;

    static string Usd(CostEstimate cost) =>
        cost.Usd is null
            ? $"the price of {cost.Type.Type} is unknown (set it with --instance-types)"
            : $"about {Money(cost.Usd)}" + (cost.UsdPerMillionRows is null ? "" : $", {Money(cost.UsdPerMillionRows)} per million rows");

    static string Money(double? usd) => usd is { } value ? "$" + value.ToString("N2", CultureInfo.InvariantCulture) : "-";
}
