using System.Diagnostics;

namespace ProcessingJob.Soak;

/// <summary>A small file system of its own, which can be filled; only root may mount one.</summary>
sealed class Disk : IDisposable
{
    const long Bytes = 1L << 30;
    readonly string _filler;

    Disk(string path) => (Path, _filler) = (path, System.IO.Path.Combine(path, "filler"));

    public string Path { get; }

    /// <returns>Null where this process may not mount.</returns>
    public static Disk? TryMount(string path)
    {
        Directory.CreateDirectory(path);
        return Run("mount", "-t", "tmpfs", "-o", $"size={Bytes}", "tmpfs", path) ? new Disk(path) : null;
    }

    /// <summary>Takes all that is free.</summary>
    public void Fill()
    {
        using var file = File.Create(_filler);
        var block = new byte[1 << 20];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    public void Free() => File.Delete(_filler);

    public void Dispose() => Run("umount", "-l", Path);

    static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
