using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Local;

/// <summary>One run at a time per output folder. The system lets go of it when the process ends, however it ends.</summary>
sealed class OutputLock : IDisposable
{
    readonly FileStream _file;

    OutputLock(FileStream file) => _file = file;

    /// <exception cref="PJobException">Exit code 1: another run has it, or the folder cannot be written.</exception>
    public static OutputLock Take(LocalStore output)
    {
        var path = PathIn(output);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(output, e);
        }
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unwritable(output, e);
        }
        catch (IOException e)
        {
            throw new PJobException(
                $"{output.Location}: another run is writing to it; fix: wait for it ('pjob status {output.Location}' shows how "
                    + "far it is), or "
                    + "choose another output.data",
                ExitCode.Failed,
                e
            );
        }
    }

    /// <summary>Whether a run is under way.</summary>
    public static bool IsTaken(LocalStore output)
    {
        if (!File.Exists(PathIn(output)))
        {
            return false;
        }

        try
        {
            using var file = new FileStream(PathIn(output), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    public void Dispose() => _file.Dispose();

    static PJobException Unwritable(LocalStore output, Exception fault) =>
        new(
            $"output.data: {output.Location} cannot be written: {FileFault.Of(fault)}; fix: choose a folder that you may write, "
                + "with room for "
                + "the output",
            ExitCode.Failed,
            fault
        );

    static string PathIn(LocalStore output) => Path.Combine(output.Location, LocalStore.PrivateFolder, "lock");
}
