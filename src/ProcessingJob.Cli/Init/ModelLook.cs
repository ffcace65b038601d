using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Reading;

namespace ProcessingJob.Cli.Init;

/// <summary>What a first look at the model shows.</summary>
/// <param name="Folder">As the user named it.</param>
/// <param name="Task">What it is for.</param>
/// <param name="MaxLength">Its limit in tokens; null: none.</param>
/// <param name="Prompts">Names of its prompts.</param>
/// <param name="Warnings">What should be known before its results are trusted.</param>
sealed record ModelLook(string Folder, TaskKind Task, int? MaxLength, IReadOnlyList<string> Prompts, IReadOnlyList<JobWarning> Warnings)
{
    /// <exception cref="PJobException">Exit code 4: it cannot be used.</exception>
    public static ModelLook At(string folder)
    {
        var model = ModelInspector.Read(folder);
        return new(
            folder,
            model.Task ?? TaskKind.Tokenize,
            model.MaxLength?.Tokens ?? model.Tokenizer.MaxLength,
            [.. model.Prompts.Keys],
            model.Warnings
        );
    }
}
