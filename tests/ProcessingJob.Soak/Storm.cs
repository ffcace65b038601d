using System.Diagnostics;
using ProcessingJob.Contract.Container;

namespace ProcessingJob.Soak;

/// <summary>Runs a job again and again while its workers are killed at random, until it is done.</summary>
sealed class Storm(string pjob, string spec, string output, int hosts, int kills, Random random)
{
    public int Kills { get; private set; }
    public int Runs { get; private set; }

    /// <summary>Kills at most the given number of workers with SIGKILL, then lets the job end.</summary>
    /// <exception cref="InvalidOperationException">A run that nobody disturbed failed.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            var before = Kills;
            Runs++;
            using var run = Process.Start(
                new ProcessStartInfo("dotnet", [pjob, "run", spec, "--local", "--hosts", $"{hosts}", "--output", output])
                {
                    RedirectStandardOutput = true,
                }
            )!;
            var lines = run.StandardOutput.ReadToEndAsync();
            while (!run.HasExited)
            {
                var ended = run.WaitForExitAsync();
                await Task.WhenAny(ended, Task.Delay(random.Next(500, 4_000)));
                if (!run.HasExited && Kills < kills && KillOne())
                {
                    Kills++;
                }
            }
            await lines;
            if (run.ExitCode == 0)
            {
                return;
            }

            if (Kills == before)
            {
                throw new InvalidOperationException($"run {Runs} was left alone and ended with exit code {run.ExitCode}");
            }
        }
    }

    // The worker's environment names its container root, which lies in the output.
    bool KillOne()
    {
        var root = $"{ContainerPaths.RootVariable}={output}";
        var workers = Process.GetProcesses().Where(p => IsWorker(p, root)).ToList();
        if (workers.Count == 0)
        {
            return false;
        }

        workers[random.Next(workers.Count)].Kill();
        return true;
    }

    static bool IsWorker(Process process, string root)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/environ").Split('\0').Any(v => v.StartsWith(root, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
