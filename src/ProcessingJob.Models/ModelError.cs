using ProcessingJob.Contract;

namespace ProcessingJob.Models;

/// <summary>Refusals of a model folder: they end a program with the exit code 4.</summary>
static class ModelError
{
    public static PJobException Refuse(string where, string message, Exception? inner = null) =>
        new($"{where}: {message}", ExitCode.Model, inner);
}
