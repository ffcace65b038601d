using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>Finds the safetensors of a transformer's folder, and the graphs that can be built over them.</summary>
static class SafetensorsSources
{
    static readonly string[] FileNames = ["model.safetensors", "model.safetensors.index.json"];

    /// <summary>Whether compute.model_file asks for a graph over safetensors: by the word, or by the file's name.</summary>
    public static bool IsAsked(string modelFile) =>
        modelFile == "safetensors" || FileNames.Contains(System.IO.Path.GetFileName(modelFile), StringComparer.Ordinal);

    /// <summary>
    /// One for the CPU, plain and float32, and one for CUDA, fused and float16; none where the folder has no safetensors.
    /// </summary>
    public static IReadOnlyList<ModelSource> Find(
        string folder,
        string transformerPath,
        TaskKind task,
        ModelConfig config,
        EmbedRoute? route
    )
    {
        var root = System.IO.Path.Combine(folder, transformerPath);
        var path = FileNames.Select(name => System.IO.Path.Combine(root, name)).FirstOrDefault(File.Exists);
        if (path is null || task == TaskKind.Tokenize)
        {
            return [];
        }

        var (options, outputs) = HeadOf(task, config, route);

        var name = System.IO.Path.GetRelativePath(folder, path).Replace('\\', '/');
        var bytes = Directory.EnumerateFiles(root, "*.safetensors").Sum(f => new FileInfo(f).Length);
        return
        [
            Source(WeightPrecision.Float32, options),
            Source(WeightPrecision.Float16, options with { Form = GraphForm.Fused, Precision = GraphPrecision.Float16 }),
        ];

        SafetensorsSource Source(WeightPrecision precision, GraphOptions graph) =>
            new(new ModelFile(name, precision, false, bytes), path, graph, outputs);
    }

    static (GraphOptions Options, GraphValue[] Outputs) HeadOf(TaskKind task, ModelConfig config, EmbedRoute? route) =>
        task switch
        {
            TaskKind.Embed => (
                route!.GraphOptions,
                route.HiddenStates.Count > 0 ? [Output(EncoderGraph.WeightedHiddenStates, -1, -1, config.HiddenSize)]
                : route.IsPooled ? [Output("last_hidden_state", -1, -1, config.HiddenSize), Output("pooler_output", -1, config.HiddenSize)]
                : [Output("last_hidden_state", -1, -1, config.HiddenSize)]
            ),
            TaskKind.Classify => (
                new GraphOptions { Head = GraphHead.SequenceClassification },
                [Output("logits", -1, config.Labels.Count)]
            ),
            TaskKind.Answer => (
                new GraphOptions { Head = GraphHead.QuestionAnswering },
                [Output("start_logits", -1, -1), Output("end_logits", -1, -1)]
            ),
            TaskKind.Tokenize => throw new ArgumentException("task tokenize runs no model", nameof(task)),
        };

    static GraphValue Output(string name, params long[] dimensions) => new(name, (int)ElementType.Float32, dimensions);
}
