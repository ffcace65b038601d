namespace ProcessingJob.Soak;

/// <summary>A clock for the processes of a run that jumps when it is told to: libfaketime reads the difference from a file.</summary>
sealed class Clock
{
    const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
    readonly string _file;

    Clock(string file)
    {
        _file = file;
        Jump(0);
        Environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Library,
            ["FAKETIME_TIMESTAMP_FILE"] = file,
            ["FAKETIME_CACHE_DURATION"] = "1",
            // The kernel's monotonic clock never jumps either.
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };
    }

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <returns>Null where libfaketime is not installed.</returns>
    public static Clock? TryCreate(string file) => File.Exists(Library) ? new Clock(file) : null;

    public void Jump(int seconds) => File.WriteAllText(_file, $"{seconds:+0;-0;+0}\n");
}
