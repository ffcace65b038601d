using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ProcessingJob.FakeAws;

/// <summary>One host's container: a process with its own root and nothing of the test's AWS settings.</summary>
sealed class ServiceContainer(IReadOnlyList<string> command, string root, Action<string> line)
{
    const int SigTerm = 15;
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Runs the program; when asked to stop it gets SIGTERM, then SIGKILL. Its exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyDictionary<string, string> variables, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["PROCESSINGJOB_ROOT"] = root;
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        foreach (var (key, value) in variables)
        {
            start.Environment[key] = value;
        }

        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Print(e.Data);
        process.ErrorDataReceived += (_, e) => Print(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await using (cancellationToken.Register(() => _ = Kill(process.Id, SigTerm)))
        {
            var ended = process.WaitForExitAsync(CancellationToken.None);
            var stopped = Task.Delay(Timeout.Infinite, cancellationToken);
            if (
                await Task.WhenAny(ended, stopped).ConfigureAwait(false) != ended
                && await Task.WhenAny(ended, Task.Delay(Grace, CancellationToken.None)).ConfigureAwait(false) != ended
            )
            {
                process.Kill();
            }

            await ended.ConfigureAwait(false);
        }
        return process.ExitCode;
    }

    void Print(string? text)
    {
        if (text is not null)
        {
            line(text);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    static extern int Kill(int pid, int signal);
}
