using System.Diagnostics;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>A worker that runs under a container root.</summary>
public sealed class WorkerProcess : IDisposable
{
    /// <summary>What a stopped worker has for leaving nothing that looks whole.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    const int LastLines = 20;
    readonly Process _process;
    readonly Queue<string> _errors = new();

    WorkerProcess(Process process) => _process = process;

    /// <param name="command">The worker.</param>
    /// <param name="root">Its container root.</param>
    /// <param name="environment">Variables besides those it inherits.</param>
    /// <param name="line">Called for each line of its output.</param>
    /// <exception cref="PJobException">Exit code 1: it cannot be started.</exception>
    public static WorkerProcess Start(
        WorkerCommand command,
        string root,
        IEnumerable<KeyValuePair<string, string>> environment,
        Action<WorkerEvent> line
    )
    {
        var start = command.ToStartInfo();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment[ContainerPaths.RootVariable] = root;
        start.Environment[ContainerPaths.LauncherVariable] = ContainerPaths.LauncherHoldsInput;
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        var worker = new WorkerProcess(new Process { StartInfo = start });
        worker._process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is { } text)
            {
                line(WorkerEvent.Parse(text));
            }
        };
        worker._process.ErrorDataReceived += (_, e) => worker.Keep(e.Data);
        try
        {
            worker._process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new PJobException($"{command.FileName}: cannot be started: {e.Message}", ExitCode.Failed, e);
        }
        worker._process.BeginOutputReadLine();
        worker._process.BeginErrorReadLine();
        return worker;
    }

    public int Id => _process.Id;

    /// <summary>The last lines of its standard error: a runtime that dies says why there.</summary>
    public string LastErrors
    {
        get
        {
            lock (_errors)
            {
                return string.Join('\n', _errors);
            }
        }
    }

    /// <summary>Its exit code; 128 + n when a signal ended it.</summary>
    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, then after <see cref="Grace"/> the end.</summary>
    public async Task StopAsync(TimeProvider time)
    {
        if (_process.HasExited)
        {
            return;
        }

        if (!Libc.Signal(_process.Id, Libc.SigTerm))
        {
            Kill();
        }

        using var limit = new CancellationTokenSource(Grace, time);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    public void Dispose() => _process.Dispose();

    void Keep(string? text)
    {
        if (text is null)
        {
            return;
        }

        lock (_errors)
        {
            _errors.Enqueue(text);
            if (_errors.Count > LastLines)
            {
                _errors.Dequeue();
            }
        }
    }
}
