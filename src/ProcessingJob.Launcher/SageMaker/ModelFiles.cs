using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>The files of a model folder on this machine, as they are staged.</summary>
static class ModelFiles
{
    /// <summary>
    /// Names below the folder, sizes and sha256, in ordinal order; names that begin with '.' are left out. Links are followed: in
    /// the Hugging Face cache every file of a model is one.
    /// </summary>
    /// <exception cref="PJobException">Exit code 4: a file cannot be read.</exception>
    public static async Task<IReadOnlyList<SourceFile>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        string[] names =
        [
            .. Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
                .Where(name => !name.Split('/').Any(part => part.StartsWith('.')))
                .Order(StringComparer.Ordinal),
        ];
        var files = new SourceFile[names.Length];
        await Parallel
            .ForAsync(
                0,
                names.Length,
                cancellationToken,
                (i, _) =>
                {
                    var path = Path.Combine(folder, names[i]);
                    try
                    {
                        using var stream = File.OpenRead(path);
                        files[i] = new SourceFile(names[i], stream.Length, Fingerprints.OfFile(path));
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        throw new PJobException($"model: {path} cannot be read: {e.Message}", ExitCode.Model, e);
                    }
                    return ValueTask.CompletedTask;
                }
            )
            .ConfigureAwait(false);
        return files;
    }
}
