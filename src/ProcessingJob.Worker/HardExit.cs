using System.Runtime.InteropServices;

namespace ProcessingJob.Worker;

/// <summary>Ends the process without the libraries' own farewells: those of a GPU that was lost may wait for it for ever.</summary>
static partial class HardExit
{
    public static void Now(int exitCode)
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(exitCode);
        }

        Exit(exitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int exitCode);
}
