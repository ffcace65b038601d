using System.Runtime.InteropServices;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;

namespace ProcessingJob.Worker;

/// <summary>
/// SIGTERM, SIGINT and the end of the launcher on this machine ask for an orderly end: the token is cancelled and the exit code set.
/// SageMaker's grace period is not
/// documented for Processing, so a run that has not ended after <see cref="Grace"/> is cut off; what is committed stays whole.
/// </summary>
sealed class StopSignals : IDisposable
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(8);
    readonly CancellationTokenSource _stop = new();
    readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals(TimeProvider time)
    {
        Register(PosixSignal.SIGTERM, Contract.ExitCode.Terminated, time);
        Register(PosixSignal.SIGINT, Contract.ExitCode.Interrupted, time);
        if (Environment.GetEnvironmentVariable(ContainerPaths.LauncherVariable) == ContainerPaths.LauncherHoldsInput)
        {
            new Thread(() => WaitForLauncher(time)) { IsBackground = true, Name = "launcher" }.Start();
        }
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>Set once a signal has come.</summary>
    public ExitCode? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    void Register(PosixSignal signal, ExitCode code, TimeProvider time) =>
        _registrations.Add(
            PosixSignalRegistration.Create(
                signal,
                context =>
                {
                    context.Cancel = true;
                    Stop(code, time);
                }
            )
        );

    // Nobody waits any more for what a worker without its launcher would still write.
    void WaitForLauncher(TimeProvider time)
    {
        using var input = Console.OpenStandardInput();
        var bytes = new byte[16];
        while (input.Read(bytes) > 0) { }

        Stop(Contract.ExitCode.Terminated, time);
    }

    void Stop(ExitCode code, TimeProvider time)
    {
        ExitCode ??= code;
        _ = Task.Delay(Grace, time).ContinueWith(_ => Environment.Exit((int)code), TaskScheduler.Default);
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The run has ended in the same moment.
        }
    }
}
