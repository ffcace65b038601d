namespace ProcessingJob.Launcher.Progress;

/// <summary>How a job stands or has ended, on this machine and on SageMaker.</summary>
public enum JobState
{
    /// <summary>Its hosts are at work.</summary>
    Running,

    /// <summary>Submitted and left to itself.</summary>
    InProgress,
    Completed,
    Failed,

    /// <summary>Stopped by somebody.</summary>
    Stopped,

    /// <summary>Stopped because compute.max_runtime was reached.</summary>
    TimedOut,

    /// <summary>The launcher was interrupted or killed.</summary>
    Interrupted,
}

/// <summary>States in words.</summary>
public static class JobStates
{
    public static string Text(this JobState state) => state == JobState.TimedOut ? "Stopped: max_runtime reached" : state.ToString();
}
