using System.Diagnostics;
using System.Globalization;

namespace ProcessingJob.Launcher.Local;

/// <summary>
/// Workers outlive a launcher that was killed. Each root remembers its worker's id and start time, so that the next run ends
/// exactly that process before it touches the root.
/// </summary>
static class LeftoverWorker
{
    const string FileName = "worker.pid";

    // Start times are computed from the time since boot, and each process computes them a little differently.
    const long ClockJitter = 2;

    public static void Remember(string root, Process worker)
    {
        try
        {
            File.WriteAllText(
                Path.Combine(root, FileName),
                string.Create(CultureInfo.InvariantCulture, $"{worker.Id} {StartSecond(worker)}")
            );
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    public static async Task StopAsync(string root, CancellationToken cancellationToken)
    {
        var file = Path.Combine(root, FileName);
        if (
            !File.Exists(file)
            || (await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)).Split(' ') is not [var id, var started]
        )
        {
            return;
        }

        try
        {
            using var process = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
            if (Math.Abs(StartSecond(process) - long.Parse(started, CultureInfo.InvariantCulture)) > ClockJitter)
            {
                return;
            }
            // Its launcher is gone: nobody waits for what it would still write.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // No such process any more.
        }
    }

    static long StartSecond(Process process) => new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeSeconds();
}
