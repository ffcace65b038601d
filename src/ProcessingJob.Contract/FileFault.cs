namespace ProcessingJob.Contract;

/// <summary>Why a file cannot be opened, read or written, in the words of the system, not of .NET.</summary>
public static class FileFault
{
    // errno of Linux and macOS, which .NET keeps in HResult where it has no exception of its own for it.
    const int NoSpace = 28,
        ReadOnly = 30;

    /// <param name="fault">An IOException, UnauthorizedAccessException or another of the file system.</param>
    public static string Of(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault switch
        {
            FileNotFoundException => "no such file",
            DirectoryNotFoundException => "no such folder",
            UnauthorizedAccessException => "permission denied",
            PathTooLongException => "the name is too long",
            IOException { HResult: NoSpace } => "No space left on the device",
            IOException { HResult: ReadOnly } => "the file system is read-only",
            _ => fault.Message.TrimEnd('.'),
        };
    }
}
