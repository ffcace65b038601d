using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Modules;

/// <summary>What a folder is for where its architecture names a head.</summary>
static class HeadTasks
{
    static readonly (string Ending, string What, TaskKind[] Tasks)[] Table =
    [
        ("ForSequenceClassification", "a classifier", [TaskKind.Classify, TaskKind.Rerank]),
        ("ForTokenClassification", "a token classifier", [TaskKind.Tag]),
        ("ForQuestionAnswering", "a question answerer", [TaskKind.Answer]),
    ];

    /// <summary>The refusal of a folder whose head is for another task; null where it has none of these heads, or the task's own.</summary>
    /// <param name="folder">What config.json says.</param>
    /// <param name="asked">The task.</param>
    public static PJobException? Refusal(PlainFolder folder, TaskKind asked)
    {
        foreach (var (ending, what, tasks) in Table)
        {
            if (folder.Is(ending) && !tasks.Contains(asked))
            {
                return ModelError.Refuse(
                    folder.File,
                    $"the architecture is {folder.Architectures[0]}, {what} and no model for task {Names.Of(asked)}; "
                        + $"fix: task: {Names.Of(tasks[0])}"
                );
            }
        }

        return null;
    }
}
