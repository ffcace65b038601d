using ProcessingJob.Models.Configs;
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
    public static IReadOnlyList<ModelSource> Find(string folder, string transformerPath, TaskRoute work, ModelConfig config)
    {
        var root = System.IO.Path.Combine(folder, transformerPath);
        var path = FileNames.Select(name => System.IO.Path.Combine(root, name)).FirstOrDefault(File.Exists);
        if (path is null)
        {
            return [];
        }

        if (File.Exists(System.IO.Path.Combine(root, FolderContents.Adapter)))
        {
            throw ModelError.Refuse(root, FolderContents.OfAdapter);
        }

        var options = work.GraphOptions;
        GraphValue[] outputs =
        [
            .. work.GraphOutputs(config.HiddenSize, config.Labels.Count, config.VocabularySize ?? -1)
                .Select(o => new GraphValue(o.Name, (int)ElementType.Float32, o.Dimensions)),
        ];

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
}
