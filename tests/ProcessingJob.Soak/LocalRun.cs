using System.Diagnostics;
using System.Runtime.InteropServices;
using ProcessingJob.Contract.Container;

namespace ProcessingJob.Soak;

/// <summary>One pjob run, with its workers.</summary>
sealed class LocalRun : IDisposable
{
    readonly string _output;
    readonly Process _process;
    readonly Task<string> _out;
    readonly Task<string> _error;

    public LocalRun(string pjob, string spec, string output, int hosts, IReadOnlyDictionary<string, string> environment)
    {
        _output = output;
        var start = new ProcessStartInfo("dotnet", [pjob, "run", spec, "--local", "--hosts", $"{hosts}", "--output", output])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        (_out, _error) = (_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Waits for its end, but no longer than this.</summary>
    public Task EndOrAsync(TimeSpan longest) => Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(longest));

    /// <summary>All that it printed, once it has ended.</summary>
    public async Task<string> TextAsync() => await _out + await _error;

    /// <summary>Kills the launcher alone.</summary>
    public void Kill() => _process.Kill();

    /// <summary>The workers of this output: the environment names their container's root, which lies in it.</summary>
    public List<int> Workers()
    {
        var root = $"{ContainerPaths.RootVariable}={_output}/";
        return [.. Process.GetProcesses().Where(p => p.Id != _process.Id && IsWorker(p, root)).Select(p => p.Id)];
    }

    public static void Signal(int worker, int signal) => _ = Send(worker, signal);

    /// <summary>Whether SIGSTOP holds it.</summary>
    public static bool IsStopped(int worker)
    {
        try
        {
            return File.ReadLines($"/proc/{worker}/status").Any(line => line.StartsWith("State:\tT", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Dispose() => _process.Dispose();

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

    [DllImport("libc", EntryPoint = "kill")]
    static extern int Send(int process, int signal);
}
