namespace ProcessingJob.Contract;

/// <summary>Exit codes of the worker and of <c>pjob</c>.</summary>
public enum ExitCode
{
    Done = 0,
    Failed = 1,
    BadSpec = 2,
    Rejects = 3,
    Model = 4,
    Remote = 5,
    Interrupted = 130,
    Terminated = 143,
}

/// <summary>
/// A failure whose message is ready for the user: what was found, what was expected, where, what to do.
/// Programs print the message alone and exit with <see cref="ExitCode"/>; nobody sees a stack trace.
/// </summary>
public sealed class PJobException : Exception
{
    public PJobException(string message, ExitCode exitCode = ExitCode.Failed, Exception? inner = null)
        : base(message, inner) => ExitCode = exitCode;

    public ExitCode ExitCode { get; }
}
