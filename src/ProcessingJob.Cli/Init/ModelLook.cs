using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Cli.Init;

/// <summary>What a first look at the model shows.</summary>
/// <param name="Folder">As the user named it.</param>
/// <param name="Task">What it is for.</param>
/// <param name="MaxLength">Its limit in tokens.</param>
/// <param name="Prompts">Names of its prompts.</param>
sealed record ModelLook(string Folder, TaskKind Task, int MaxLength, IReadOnlyList<string> Prompts)
{
    /// <exception cref="PJobException">Exit code 4: it cannot be used.</exception>
    public static ModelLook At(string folder)
    {
        var model = ModelFolder.Open(folder);
        return new(folder, model.Task, model.MaxLength, [.. model.Prompts.Keys]);
    }
}
