using System.Runtime.InteropServices;
using ProcessingJob.Contract;

namespace ProcessingJob.Worker;

/// <summary>
/// SIGTERM and SIGINT ask for an orderly end: the token is cancelled and the exit code set. SageMaker's grace period is not
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
                    ExitCode ??= code;
                    _ = Task.Delay(Grace, time).ContinueWith(_ => Environment.Exit((int)code), TaskScheduler.Default);
                    _stop.Cancel();
                }
            )
        );
}
