using ProcessingJob.Contract.Output;
using ProcessingJob.Launcher.Planning;

namespace ProcessingJob.Launcher.Progress;

/// <summary>What happens while a job runs; the same on this machine and on SageMaker.</summary>
public abstract record JobEvent;

/// <summary>The plan stands; workers start next.</summary>
public sealed record JobPlanned(JobPlan Plan) : JobEvent;

/// <summary>A remote job is about to be created, or was found running: under this name it can be asked after and stopped.</summary>
public sealed record JobNamed(string Job) : JobEvent;

/// <summary>Something the user should read: a choice that was made, a warning.</summary>
public sealed record JobNote(string Text, bool IsWarning = false) : JobEvent;

public sealed record HostStarted(string Host) : JobEvent;

/// <summary>Totals of a host so far.</summary>
public sealed record HostProgressed(string Host, WorkerProgress Progress) : JobEvent;

/// <summary>A line that a host printed, progress lines left out.</summary>
public sealed record HostLogged(string Host, WorkerEvent Event) : JobEvent;

/// <param name="Message">What the host wrote to output/message, or null.</param>
public sealed record HostEnded(string Host, int ExitCode, string? Message) : JobEvent;
