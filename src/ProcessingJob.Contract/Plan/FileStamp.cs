namespace ProcessingJob.Contract.Plan;

/// <summary>What tells a local file that was changed since it was planned from one that was not: cheaper than its content.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">Time of the last change of the content, in ns since 1970-01-01 UTC.</param>
/// <param name="Inode">Number of the file in its file system; 0 where the system has none.</param>
public readonly record struct FileStamp(long Size, long Modified, long Inode);
