using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Launcher.Hub;

/// <summary>Chooses what of a model's repository is needed to run it: never PyTorch's or TensorFlow's weights.</summary>
public static class HubFiles
{
    static readonly string[] Needed =
    [
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        "vocab.txt",
        "vocab.json",
        "merges.txt",
        "sentencepiece.bpe.model",
        "spiece.model",
        "modules.json",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
    ];

    const string Checkpoint = "model.safetensors";
    const string Shards = "model.safetensors.index.json";

    /// <param name="all">The repository's files.</param>
    /// <param name="modelFile">compute.model_file: a path in the repository, "safetensors", or "auto".</param>
    /// <param name="device">cuda prefers safetensors, others a float32 .onnx file.</param>
    /// <param name="model">For messages.</param>
    /// <exception cref="PJobException">Exit code 4: there is nothing to run, or not the file asked for.</exception>
    public static IReadOnlyList<HubFile> Choose(IReadOnlyList<HubFile> all, string modelFile, DeviceKind device, HubModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var onnx = all.Where(f => f.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).Select(f => f.Path).ToList();
        var safetensors = new[] { Checkpoint, Shards }.FirstOrDefault(name => all.Any(f => f.Path == name));
        var chosen = modelFile switch
        {
            "auto" => Best(onnx, safetensors, device, model),
            "safetensors" => safetensors ?? Checkpoint,
            _ => modelFile,
        };
        if (all.All(f => f.Path != chosen))
        {
            throw new PJobException(
                $"compute.model_file: {model.Repository} has no {chosen}; it has {string.Join(", ", safetensors is null ? onnx : [safetensors, .. onnx])}",
                ExitCode.Model
            );
        }

        return [.. all.Where(f => Needed.Contains(f.Path) || IsModuleConfig(f.Path) || f.Path == chosen || IsPartOf(chosen, f.Path))];
    }

    // Weights over 2 GB lie beside their graph, in one file or several (model.onnx_data, model.onnx_data_1, model.onnx.data).
    static bool IsPartOf(string chosen, string path) =>
        chosen == Shards
            ? path.StartsWith("model-", StringComparison.Ordinal) && path.EndsWith(".safetensors", StringComparison.Ordinal)
            : path.StartsWith(chosen + "_data", StringComparison.Ordinal) || path.StartsWith(chosen + ".data", StringComparison.Ordinal);

    static string Best(List<string> onnx, string? safetensors, DeviceKind device, HubModel model)
    {
        if (device == DeviceKind.Cuda && safetensors is not null)
        {
            return safetensors;
        }

        string[] wishes =
            device == DeviceKind.Cuda
                ? ["onnx/model_fp16.onnx", "onnx/model_O4.onnx", "onnx/model.onnx", "model_fp16.onnx", "model.onnx"]
                : ["onnx/model.onnx", "model.onnx"];
        return wishes.FirstOrDefault(onnx.Contains)
            ?? safetensors
            ?? (onnx.Count == 1 ? onnx[0] : null)
            ?? throw new PJobException(
                onnx.Count == 0
                    ? $"{model.Repository}@{model.Revision} has no {Checkpoint} and no .onnx file; fix: take a repository that has one of them"
                    : $"compute.model_file: {model.Repository} has several ONNX files, name one: {string.Join(", ", onnx)}",
                ExitCode.Model
            );
    }

    /// <summary>1_Pooling/config.json, 2_Dense/config.json and the dense layer's weights.</summary>
    static bool IsModuleConfig(string path)
    {
        var parts = path.Split('/');
        return parts is [[>= '0' and <= '9', ..] folder, "config.json" or "model.safetensors"]
            && folder.Contains('_', StringComparison.Ordinal);
    }
}
