using System.Runtime.InteropServices;
using ProcessingJob.Contract;

namespace ProcessingJob.Cli;

/// <summary>Ctrl-C and SIGTERM ask a command to end in order; a second Ctrl-C ends the process at once.</summary>
public sealed class CommandStop : IDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly List<PosixSignalRegistration> _registrations = [];

    public CommandStop()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, ExitCode.Interrupted)));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, ExitCode.Terminated)));
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>130 or 143 once a signal has come.</summary>
    public ExitCode? Code { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    /// <summary>As Ctrl-C does.</summary>
    internal void Stop() => Stop(ExitCode.Interrupted);

    void Stop(PosixSignalContext context, ExitCode code)
    {
        context.Cancel = Code is null;
        Stop(code);
    }

    void Stop(ExitCode code)
    {
        Code ??= code;
        _stop.Cancel();
    }
}
