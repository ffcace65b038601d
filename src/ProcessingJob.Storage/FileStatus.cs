using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Storage;

/// <summary>What the system says of a file.</summary>
/// <param name="Mode">Kind and permissions, as in stat(2).</param>
/// <param name="Owner">User id.</param>
/// <param name="Stamp">Size, time and number.</param>
public readonly record struct FileStatus(int Mode, uint Owner, FileStamp Stamp)
{
    /// <summary>Null for a regular file, else what it is instead.</summary>
    public string? OtherKind =>
        (Mode & 0xF000) switch
        {
            0x8000 => null,
            0x4000 => "a folder",
            0x1000 => "a named pipe",
            0xC000 => "a socket",
            0x2000 or 0x6000 => "a device",
            _ => "a special file",
        };
}
