using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Heads;

/// <summary>The head of each task.</summary>
static class TaskHeads
{
    /// <summary>Scores of labels or of the vocabulary, never an embedding.</summary>
    public const string Logits = "logits";

    /// <exception cref="PJobException">Model: the graph has not the outputs that the task needs. BadSpec: the task runs no model.</exception>
    public static OutputHead Create(ModelFolder model, ModelSource file, TaskKind task, EmbedOptions options) =>
        task switch
        {
            TaskKind.Embed => EmbedHead.Create(model, file, options),
            TaskKind.Classify => ClassifyHead.Create(model, file),
            TaskKind.Answer => AnswerHead.Create(model, file),
            TaskKind.Tokenize => throw new PJobException("task tokenize runs no model", ExitCode.BadSpec),
        };

    /// <summary>The one output that compute.outputs asks for; null where it asks for none.</summary>
    /// <exception cref="PJobException">BadSpec: it asks for several.</exception>
    public static GraphValue? Asked(ModelFolder model, ModelSource file) =>
        model.Outputs.Count > 1
            ? throw new PJobException(
                $"compute.outputs: task {Names.Of(model.Task)} reads one output, found {string.Join(", ", model.Outputs)}",
                ExitCode.BadSpec
            )
            : file.Outputs.FirstOrDefault(o => model.Outputs.Contains(o.Name));

    /// <summary>An exception that names the file and its outputs.</summary>
    public static PJobException Refuse(ModelSource file, string why) =>
        new($"{file.Path}: {why}; the graph's outputs are {string.Join(", ", file.Outputs.Select(o => o.Name))}", ExitCode.Model);
}
