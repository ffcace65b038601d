using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>The head of each task.</summary>
static class TaskHeads
{
    /// <exception cref="PJobException">Model: the graph has not the outputs that the task needs. BadSpec: the task runs no
    /// model.</exception>
    public static OutputHead Create(ModelFolder model, ModelSource file, TaskKind task, EmbedOptions options) =>
        task switch
        {
            TaskKind.Embed => EmbedHead.Create(model, file, options),
            TaskKind.Classify => ClassifyHead.Create(model, file),
            TaskKind.Answer => AnswerHead.Create(model, file),
            TaskKind.Tokenize => throw new PJobException("task tokenize runs no model", ExitCode.BadSpec),
        };
}
