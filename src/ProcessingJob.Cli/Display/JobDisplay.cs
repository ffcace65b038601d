using ProcessingJob.Launcher.Progress;

namespace ProcessingJob.Cli.Display;

/// <summary>Shows a running job in the way that suits where it is shown.</summary>
static class JobDisplay
{
    /// <param name="cli">Where to.</param>
    /// <param name="json">Standard output belongs to the document; progress goes to standard error.</param>
    /// <param name="run">The job.</param>
    public static async Task<JobResult> FollowAsync(CliContext cli, bool json, Func<IProgress<JobEvent>, Task<JobResult>> run)
    {
        var (writer, isTerminal) = json ? (cli.Error, cli.ErrorIsTerminal) : (cli.Out, cli.OutIsTerminal);
        if (isTerminal)
        {
            using var bars = new TerminalProgress(writer, cli.Time, StatusLines.WidthOfConsole);
            return await run(bars);
        }

        using var plain = new PlainProgress(writer, cli.Time);
        return await run(plain);
    }
}
