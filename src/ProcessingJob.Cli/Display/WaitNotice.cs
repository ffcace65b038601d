namespace ProcessingJob.Cli.Display;

/// <summary>Names what a command waits for, so that a slow or unreachable service does not look like a hang.</summary>
static class WaitNotice
{
    /// <summary>Work that is done sooner needs no notice.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromSeconds(2);

    /// <summary>Awaits the work; after <see cref="Delay"/> one line on standard error says what for.</summary>
    public static async Task<T> WhileAsync<T>(CliContext cli, string what, Task<T> work)
    {
        using var done = new CancellationTokenSource();
        if (await Task.WhenAny(work, Task.Delay(Delay, cli.Time, done.Token)) != work)
        {
            cli.Error.WriteLine($"waiting for {what} …");
        }

        await done.CancelAsync();
        return await work;
    }
}
