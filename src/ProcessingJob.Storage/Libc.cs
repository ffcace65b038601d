using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProcessingJob.Storage;

/// <summary>The system calls that .NET has no API for. On Windows they do nothing or take .NET's nearest.</summary>
public static partial class Libc
{
    public const int SigKill = 9;
    public const int SigTerm = 15;

    // AT_FDCWD and AT_EMPTY_PATH of fcntl.h, STATX_BASIC_STATS of linux/stat.h.
    const int WorkingFolder = -100,
        EmptyPath = 0x1000;
    const uint BasicStats = 0x7ff;

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

    /// <summary>
    /// Kind, owner and stamp of a file by name, links followed; null: no such file, or no such call (older systems, macOS, Windows).
    /// </summary>
    public static FileStatus? Status(string path) => Status(WorkingFolder, path, 0);

    /// <summary>Kind, owner and stamp of an open file; null where the system has no such call.</summary>
    internal static FileStatus? Status(SafeFileHandle file) => Status((int)file.DangerousGetHandle(), "", EmptyPath);

    // struct statx of linux/stat.h, the same on all architectures.
    static FileStatus? Status(int folder, string path, int flags)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> answer = stackalloc byte[256];
        try
        {
            if (statx(folder, path, flags, BasicStats, ref MemoryMarshal.GetReference(answer)) != 0)
            {
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        var modified = MemoryMarshal.Read<long>(answer[112..]) * 1_000_000_000 + MemoryMarshal.Read<uint>(answer[120..]);
        return new(
            MemoryMarshal.Read<ushort>(answer[28..]),
            MemoryMarshal.Read<uint>(answer[20..]),
            new(MemoryMarshal.Read<long>(answer[40..]), modified, MemoryMarshal.Read<long>(answer[32..]))
        );
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, ref byte answer);

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
