namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Where a job stands, finer than its status: the start time tells provisioning from running.</summary>
public enum JobPhase
{
    Pending,
    Running,
    Stopping,
    Completed,
    Failed,
    Stopped,
}

/// <summary>Something that happened to a job, in the order in which the follower came to know it.</summary>
public abstract record RemoteEvent
{
    RemoteEvent() { }

    /// <summary>The phase changed; the first event of every follower is one.</summary>
    public sealed record Phase(JobPhase Now, JobDescription Job) : RemoteEvent;

    /// <summary>A host printed a line; each line comes once. <see cref="Contract.Output.WorkerEvent"/> reads the worker's own.</summary>
    public sealed record Log(LogLine Line) : RemoteEvent;

    /// <summary>The service cannot be reached or is throttling; following goes on.</summary>
    public sealed record Trouble(string Message) : RemoteEvent;

    /// <summary>The last event: a terminal job with all its lines read.</summary>
    public sealed record Ended(JobDescription Job) : RemoteEvent;
}
