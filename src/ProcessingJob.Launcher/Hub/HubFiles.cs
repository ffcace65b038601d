using ProcessingJob.Contract;

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

    /// <param name="all">The repository's files.</param>
    /// <param name="modelFile">compute.model_file: a path in the repository, or "auto".</param>
    /// <param name="device">cuda prefers a half-precision file, others the full one.</param>
    /// <param name="model">For messages.</param>
    /// <exception cref="PJobException">Exit code 4: there is no ONNX file, or not the one asked for.</exception>
    public static IReadOnlyList<HubFile> Choose(IReadOnlyList<HubFile> all, string modelFile, DeviceKind device, HubModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var onnx = all.Where(f => f.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).ToList();
        var chosen = modelFile == "auto" ? Best(onnx, device, model) : modelFile;
        if (onnx.All(f => f.Path != chosen))
        {
            throw new PJobException(
                $"compute.model_file: {model.Repository} has no {chosen}; it has {string.Join(", ", onnx.Select(f => f.Path))}",
                ExitCode.Model
            );
        }

        return
        [
            .. all.Where(f =>
                Needed.Contains(f.Path)
                || IsModuleConfig(f.Path)
                || f.Path == chosen
                // Weights over 2 GB lie beside their graph, in one file or several (model.onnx_data, model.onnx_data_1, model.onnx.data).
                || f.Path.StartsWith(chosen + "_data", StringComparison.Ordinal)
                || f.Path.StartsWith(chosen + ".data", StringComparison.Ordinal)
            ),
        ];
    }

    static string Best(List<HubFile> onnx, DeviceKind device, HubModel model)
    {
        string[] wishes =
            device == DeviceKind.Cuda
                ? ["onnx/model_fp16.onnx", "onnx/model_O4.onnx", "onnx/model.onnx", "model_fp16.onnx", "model.onnx"]
                : ["onnx/model.onnx", "model.onnx"];
        return wishes.FirstOrDefault(w => onnx.Any(f => f.Path == w))
            ?? (onnx.Count == 1 ? onnx[0].Path : null)
            ?? throw new PJobException(
                onnx.Count == 0
                    ? $"{model.Repository}@{model.Revision} has no .onnx file. Export it with: optimum-cli export onnx --model {model.Repository} FOLDER"
                    : $"compute.model_file: {model.Repository} has several ONNX files, name one: {string.Join(", ", onnx.Select(f => f.Path))}",
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
