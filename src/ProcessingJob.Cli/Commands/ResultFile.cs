using ProcessingJob.Contract;

namespace ProcessingJob.Cli.Commands;

/// <summary>A file or folder that a command was told to write.</summary>
static class ResultFile
{
    /// <exception cref="PJobException">BadSpec: it cannot be written.</exception>
    public static void Write(string path, string text) => Write(path, () => File.WriteAllText(path, text));

    /// <param name="path">What is written; its folder is made.</param>
    /// <param name="write">Writes it.</param>
    /// <exception cref="PJobException">BadSpec: it cannot be written.</exception>
    public static void Write(string path, Action write)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"{path}: cannot be written: {FileFault.Of(e)}", ExitCode.BadSpec, e);
        }
    }
}
