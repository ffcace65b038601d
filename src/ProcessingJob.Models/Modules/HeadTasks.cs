using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Modules;

/// <summary>What a folder is for where its architecture names a head.</summary>
static class HeadTasks
{
    static readonly (string Ending, string What, string Task)[] Table =
    [
        ("ForSequenceClassification", "a classifier", "classify"),
        ("ForTokenClassification", "a token classifier", "tag"),
        ("ForQuestionAnswering", "a question answerer", "answer"),
    ];

    /// <summary>The refusal of a folder whose head is for another task; null where it has none of these heads, or the task's own.</summary>
    /// <param name="folder">What config.json says.</param>
    /// <param name="asked">The task.</param>
    public static PJobException? Refusal(PlainFolder folder, TaskKind asked)
    {
        foreach (var (ending, what, task) in Table)
        {
            if (folder.Is(ending) && task != Names.Of(asked))
            {
                return ModelError.Refuse(
                    folder.File,
                    $"the architecture is {folder.Architectures[0]}, {what} and no model for task {Names.Of(asked)}; fix: task: {task}"
                        + (Names.TryParse<TaskKind>(task) is null ? ", which this version does not have" : "")
                );
            }
        }

        return null;
    }
}
