using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProcessingJob.Data;

/// <summary>The few file operations whose durability matters: a name is safe only once its folder is on the disk too.</summary>
static class UnixFiles
{
    /// <returns>False when the names are on different file systems.</returns>
    public static bool TryRename(string from, string to)
    {
        if (Rename(from, to) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        const int crossDevice = 18;
        return error == crossDevice ? false : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>Copies beside the target and renames there, so that the name appears with the whole content.</summary>
    public static void MoveByCopy(string from, string to)
    {
        var beside = Path.Combine(Path.GetDirectoryName(to)!, $".{Path.GetFileName(to)}.{Guid.NewGuid():n}.tmp");
        try
        {
            File.Copy(from, beside);
            using (var copy = File.OpenHandle(beside, FileMode.Open, FileAccess.ReadWrite))
            {
                RandomAccess.FlushToDisk(copy);
            }

            File.Move(beside, to, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
        File.Delete(from);
    }

    /// <summary>Creates a folder and those above it, each on the disk before the next.</summary>
    public static void CreateFolders(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        CreateFolders(parent);
        Directory.CreateDirectory(folder);
        SyncFolder(parent);
    }

    public static void SyncFolder(string folder)
    {
        // .NET opens no folders; a failure to sync one is no failure of the data.
        var handle = Open(folder, 0);
        if (handle < 0)
        {
            return;
        }

        using var owned = new SafeFileHandle(handle, ownsHandle: true);
        _ = Fsync(handle);
    }

    [DllImport(
        "libc",
        EntryPoint = "rename",
        SetLastError = true,
        CharSet = CharSet.Ansi,
        BestFitMapping = false,
        ThrowOnUnmappableChar = true
    )]
    static extern int Rename([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    [DllImport(
        "libc",
        EntryPoint = "open",
        SetLastError = true,
        CharSet = CharSet.Ansi,
        BestFitMapping = false,
        ThrowOnUnmappableChar = true
    )]
    static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    static extern int Fsync(int handle);
}
