using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Display;

/// <summary>Events as lines.</summary>
internal static class EventText
{
    /// <summary>Null for what is not said in words.</summary>
    public static string? Of(JobEvent value) => value switch
    {
        JobPlanned planned => Plan(planned.Plan),
        JobNote note => note.IsWarning ? $"warning: {note.Text}" : note.Text,
        HostLogged { Event: { Text.Length: > 0 } line } log => $"{log.Host}  {(line.Level is "Information" ? "" : line.Level.ToLowerInvariant() + ": ")}{line.Text}",
        HostEnded { ExitCode: not 0 } ended => $"{ended.Host}  ended with exit code {ended.ExitCode}" + (ended.Message is null ? "" : $": {ended.Message}"),
        _ => null,
    };

    public static string Rates(ProgressTotals now) =>
        $"{Text.Count(now.RowsPerSecond)} rows/s  {Text.Count(now.TokensPerSecond)} tokens/s"
        + (now.Rejects > 0 ? $"  {Text.Count(now.Rejects)} rejects" : "")
        + (now.Left is { } left ? $"  {Contract.Durations.Format(left)} left" : "");

    private static string Plan(JobPlan plan)
    {
        var done = plan.UnitsCommitted > 0 ? $", {Text.Count(plan.UnitsCommitted)} of them committed before" : "";
        return $"{plan.Work.Job}: {Text.Plural(plan.Files.Count, "file")}, {Text.Bytes(plan.Bytes)}, {Text.Plural(plan.Units.Count, "unit")}{done}, on {Text.Plural(plan.Hosts.Count, "host")}";
    }
}
