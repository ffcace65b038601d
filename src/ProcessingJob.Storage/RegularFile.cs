using Microsoft.Win32.SafeHandles;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Storage;

/// <summary>Opens regular files only: a named pipe would make its reader wait for ever, a device may never end.</summary>
public static class RegularFile
{
    /// <param name="path">The file; links are followed.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="otherKind">Exit code for what is no file.</param>
    /// <exception cref="PJobException">It is a pipe, a socket, a device or a folder.</exception>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeFileHandle Open(string path, string name, ExitCode otherKind = ExitCode.Failed)
    {
        if (Libc.Status(path)?.OtherKind is { } kind)
        {
            throw new PJobException($"{name}: found {kind}, expected a file; fix: remove it, or copy its content into a file", otherKind);
        }

        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    public static FileStamp StampOf(SafeFileHandle file) =>
        Libc.Status(file)?.Stamp
        ?? new(RandomAccess.GetLength(file), (File.GetLastWriteTimeUtc(file) - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick, 0);
}
