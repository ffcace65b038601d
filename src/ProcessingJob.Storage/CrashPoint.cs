namespace ProcessingJob.Storage;

/// <summary>
/// Test hook: with the environment variable PROCESSINGJOB_CRASH_AT set to a name below, the process kills itself (SIGKILL: nothing
/// is flushed, no handler runs) the first time it gets there. Unset, it costs a null check.
/// </summary>
public static class CrashPoint
{
    /// <summary>A part's first bytes are in its staged file.</summary>
    public const string AfterTempWrite = "after_temp_write";

    /// <summary>All staged files of a unit are complete and on the disk.</summary>
    public const string AfterFsync = "after_fsync";

    /// <summary>The first of a unit's files has its final name.</summary>
    public const string AfterRename = "after_rename";

    /// <summary>All of a unit's files have their final names, the commit record does not exist yet.</summary>
    public const string BeforeCommit = "before_commit";

    /// <summary>The commit record is there.</summary>
    public const string AfterCommit = "after_commit";

    public static IReadOnlyList<string> All { get; } = [AfterTempWrite, AfterFsync, AfterRename, BeforeCommit, AfterCommit];

    static readonly string? Wanted = Environment.GetEnvironmentVariable("PROCESSINGJOB_CRASH_AT");

    public static void Reach(string point)
    {
        if (Wanted is not null && Wanted == point)
        {
            _ = Libc.Signal(Environment.ProcessId, Libc.SigKill);
        }
    }
}
