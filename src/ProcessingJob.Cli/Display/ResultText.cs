using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Display;

/// <summary>How a job ended, in words.</summary>
static class ResultText
{
    public static string Of(JobResult result) => Text.Warnings(result.Warnings) + Ended(result);

    static string Ended(JobResult result)
    {
        if (result.Counts is not { } counts)
        {
            return $"{result.Status.Text()} after {Text.Seconds(result.Seconds)}; {result.Output} is not complete";
        }

        var lines = new List<string>
        {
            result.AlreadyComplete
                ? $"Already complete: {Text.Plural(result.Units, "unit")} committed, nothing to do"
                : $"{result.Status.Text()} in {Text.Seconds(result.Seconds)}"
                    + (
                        result.UnitsCommittedBefore > 0
                            ? $", {Text.Count(result.UnitsCommittedBefore)} of {Text.Plural(result.Units, "unit")} were already committed"
                            : ""
                    ),
            $"{Text.Count(counts.RowsIn)} rows in = {Text.Count(counts.RowsKept)} kept"
                + $" + {Text.Count(counts.RejectedRows)} rejected"
                + $"; {Text.Count(counts.RowsOut)} rows out, {Text.Count(counts.Tokens)} tokens, {Text.Count(counts.Truncated)} truncated",
        };
        if (result.Orphans.Count > 0)
        {
            lines.Add(
                $"removed {Text.Plural(result.Orphans.Count, "file")} that did not belong to any unit of this job, "
                    + $"such as {result.Orphans[0]}"
            );
        }

        lines.Add($"{result.Output}: {Text.Plural(counts.Parts, "part")}, {Text.Bytes(counts.Bytes)}");
        return string.Join(Environment.NewLine, lines);
    }
}
