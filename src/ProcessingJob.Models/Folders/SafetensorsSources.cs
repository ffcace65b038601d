using ProcessingJob.Contract;
using ProcessingJob.Models.Graphs;
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
    public static IReadOnlyList<ModelSource> Find(string folder, string transformerPath, TaskKind task, ModelConfig config)
    {
        var root = System.IO.Path.Combine(folder, transformerPath);
        var path = FileNames.Select(name => System.IO.Path.Combine(root, name)).FirstOrDefault(File.Exists);
        if (path is null || task == TaskKind.Tokenize)
        {
            return [];
        }

        var (head, outputs) = HeadOf(task, config);

        var name = System.IO.Path.GetRelativePath(folder, path).Replace('\\', '/');
        var bytes = Directory.EnumerateFiles(root, "*.safetensors").Sum(f => new FileInfo(f).Length);
        return
        [
            Source(WeightPrecision.Float32, new GraphOptions { Head = head }),
            Source(
                WeightPrecision.Float16,
                new GraphOptions
                {
                    Head = head,
                    Form = GraphForm.Fused,
                    Precision = GraphPrecision.Float16,
                }
            ),
        ];

        SafetensorsSource Source(WeightPrecision precision, GraphOptions options) =>
            new(new ModelFile(name, precision, false, bytes), path, options, outputs);
    }

    static (GraphHead Head, GraphValue[] Outputs) HeadOf(TaskKind task, ModelConfig config) =>
        task switch
        {
            TaskKind.Embed => (GraphHead.None, [Output("last_hidden_state", -1, -1, config.HiddenSize)]),
            TaskKind.Classify => (GraphHead.SequenceClassification, [Output("logits", -1, config.Labels.Count)]),
            TaskKind.Answer => (GraphHead.QuestionAnswering, [Output("start_logits", -1, -1), Output("end_logits", -1, -1)]),
            TaskKind.Tokenize => throw new ArgumentException("task tokenize runs no model", nameof(task)),
        };

    static GraphValue Output(string name, params long[] dimensions) => new(name, (int)ElementType.Float32, dimensions);
}
