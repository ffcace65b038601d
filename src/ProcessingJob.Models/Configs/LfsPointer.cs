using System.Text;

namespace ProcessingJob.Models.Configs;

/// <summary>A clone made without Git LFS has three lines of text in place of each large file (git-lfs.com, its specification).</summary>
static class LfsPointer
{
    public const string Message =
        "is a pointer of Git LFS, not the file itself; fix: fetch it with git lfs pull, or the model with pjob model fetch";

    static readonly byte[] Start = Encoding.ASCII.GetBytes("version https://git-lfs.github.com/");

    public static bool Is(ReadOnlySpan<byte> file) => file.StartsWith(Start);
}
