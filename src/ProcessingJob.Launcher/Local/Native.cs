using System.Runtime.InteropServices;

namespace ProcessingJob.Launcher.Local;

/// <summary>The two system calls that .NET has no API for.</summary>
static partial class Native
{
    public const int SigTerm = 15;

    /// <summary>Sends a signal; false when there is no such process or no such call.</summary>
    public static bool Signal(int process, int signal) => !OperatingSystem.IsWindows() && kill(process, signal) == 0;

    /// <summary>A second name for a file; false where it cannot be (another file system, not ours, Windows).</summary>
    public static bool TryHardLink(string existing, string name) => !OperatingSystem.IsWindows() && link(existing, name) == 0;

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string name);
}
