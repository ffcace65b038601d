namespace ProcessingJob.Tokenization.Loading;

/// <summary>A clone made without Git LFS has three lines of text in place of each large file.</summary>
static class GitLfs
{
    static ReadOnlySpan<byte> Magic => "version https://git-lfs.github.com/"u8;

    public static void RefusePointer(string path)
    {
        Span<byte> start = stackalloc byte[Magic.Length];
        using var stream = File.OpenRead(path);
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(Magic))
        {
            throw Refusal.Broken(
                path,
                "is a pointer of Git LFS, not the file itself; fix: fetch it with git lfs pull, or the model with pjob model fetch"
            );
        }
    }
}
