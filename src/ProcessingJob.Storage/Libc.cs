using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProcessingJob.Storage;

/// <summary>The system calls that .NET has no API for. On Windows they do nothing or take .NET's nearest.</summary>
public static partial class Libc
{
    public const int SigKill = 9;
    public const int SigTerm = 15;

    /// <summary>Sends a signal; false when there is no such process or no such call.</summary>
    public static bool Signal(int process, int signal) => !OperatingSystem.IsWindows() && kill(process, signal) == 0;

    /// <summary>A second name for a file; false where it cannot be (another file system, not ours, Windows).</summary>
    public static bool TryHardLink(string existing, string name) => !OperatingSystem.IsWindows() && link(existing, name) == 0;

    /// <summary>Renames a file and replaces one that is there.</summary>
    /// <returns>False when the names are on different file systems.</returns>
    /// <exception cref="IOException">Any other failure.</exception>
    internal static bool TryRename(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(from, to, overwrite: true);
            return true;
        }

        if (rename(from, to) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        const int crossDevice = 18;
        return error == crossDevice ? false : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>Puts the names in a folder on the disk.</summary>
    internal static void SyncFolder(string folder)
    {
        // .NET opens no folders; a failure to sync one is no failure of the data.
        var handle = OperatingSystem.IsWindows() ? -1 : open(folder, 0);
        if (handle < 0)
        {
            return;
        }

        using var owned = new SafeFileHandle(handle, ownsHandle: true);
        _ = fsync(handle);
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string name);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int handle);
}
