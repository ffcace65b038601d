using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Heads;

/// <summary>The table of heads by task: a task that runs a model is a line here.</summary>
static class TaskHeads
{
    static readonly Dictionary<TaskKind, Func<ModelFolder, ModelSource, EmbedOptions, OutputHead>> Table = new()
    {
        [TaskKind.Embed] = EmbedHead.Create,
        [TaskKind.Sparse] = SparseHead.Create,
        [TaskKind.Multivector] = (model, file, _) => MultivectorHead.Create(model, file),
        [TaskKind.Classify] = (model, file, _) => LogitsHead.OfTexts(model, file),
        [TaskKind.Tag] = (model, file, _) => LogitsHead.OfTokens(model, file),
        [TaskKind.Rerank] = (model, file, options) =>
            model.Route is null
                ? LogitsHead.OfTexts(model, file)
                : EmbedHead.Create(model, file, new EmbedOptions { PromptTokens = options.PromptTokens }),
        [TaskKind.Answer] = (model, file, _) => AnswerHead.Create(model, file),
    };

    /// <exception cref="PJobException">Model: the graph has not the outputs that the task needs. BadSpec: the task runs no
    /// model.</exception>
    public static OutputHead Create(ModelFolder model, ModelSource file, TaskKind task, EmbedOptions options) =>
        Table.TryGetValue(task, out var create)
            ? create(model, file, options)
            : throw new PJobException($"task {Names.Of(task)} runs no model", ExitCode.BadSpec);
}
