using ProcessingJob.Launcher.Planning;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.Display;

/// <summary>Events as lines.</summary>
static class EventText
{
    /// <summary>Null for what is not said in words.</summary>
    public static string? Of(JobEvent value) => Line(value) is { } line ? SafeText.Of(line) : null;

    static string? Line(JobEvent value) =>
        value switch
        {
            JobPlanned planned => Plan(planned.Plan),
            JobNote note => note.IsWarning ? $"warning: {note.Text}" : note.Text,
            // Said once for all hosts, at the end.
            HostLogged { Event.WarningCode: not null } => null,
            HostLogged { Event.Text.Length: > 0 } log => Line(log),
            HostEnded { ExitCode: not 0 } ended => $"{ended.Host}  ended with exit code {ended.ExitCode}",
            _ => null,
        };

    /// <summary>A line of CloudWatch as the host meant it.</summary>
    public static string OfLog(LogLine line)
    {
        var said = Contract.Output.WorkerEvent.Parse(line.Message);
        return Line(new(line.Host, said));
    }

    /// <summary>Rows and rates as far as they are known.</summary>
    public static string Rates(ProgressTotals now)
    {
        var parts = new List<string>();
        if (now.Rows > 0)
        {
            parts.Add($"{Text.Count(now.Rows)} rows");
        }

        if (now.RowsPerSecond > 0)
        {
            parts.Add($"{Text.Count(now.RowsPerSecond)} rows/s");
        }

        // The first report has no pace yet.
        parts.Add(now.TokensPerSecond > 0 ? $"{Text.Count(now.TokensPerSecond)} tokens/s" : $"{Text.Count(now.Tokens)} tokens");
        if (now.Rejects > 0)
        {
            parts.Add($"{Text.Count(now.Rejects)} rejects");
        }

        if (Left(now) is { Length: > 0 } left)
        {
            parts.Add(left);
        }

        return string.Join("  ", parts);
    }

    public static string Left(ProgressTotals now) => now.Left is { } left ? $"{Contract.Spec.Durations.Format(left)} left" : "";

    // A worker names its host where it speaks to CloudWatch; here every line begins with it.
    static string Line(HostLogged log)
    {
        var text = log.Event.Text.StartsWith(log.Host + " ", StringComparison.Ordinal)
            ? log.Event.Text[(log.Host.Length + 1)..]
            : log.Event.Text;
        return $"{log.Host}  {(log.Event.Level is "Information" ? "" : log.Event.Level.ToLowerInvariant() + ": ")}{text}";
    }

    static string Plan(JobPlan plan)
    {
        var done = plan.UnitsCommitted > 0 ? $", {Text.Count(plan.UnitsCommitted)} already committed" : "";
        return $"{plan.Work.Job}: {Text.Plural(plan.Files.Count, "file")}, {Text.Bytes(plan.Bytes)}, "
            + $"{Text.Plural(plan.Units.Count, "unit")}{done}, on {Text.Plural(plan.Hosts.Count, "host")}";
    }
}
