using ProcessingJob.Contract;

namespace ProcessingJob.Cli.Pages;

/// <summary>HTML files that a command writes.</summary>
static class PageFile
{
    /// <exception cref="PJobException">BadSpec: the file cannot be written.</exception>
    public static async Task WriteAsync(string path, string html, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            await File.WriteAllTextAsync(path, html, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"{path}: cannot be written: {FileFault.Of(e)}", ExitCode.BadSpec, e);
        }
    }
}
