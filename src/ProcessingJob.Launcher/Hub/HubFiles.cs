using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Launcher.Hub;

/// <summary>Chooses what of a model's repository is needed to run it: never PyTorch's or TensorFlow's weights.</summary>
public static class HubFiles
{
    public const string Config = "config.json";

    static readonly string[] Needed =
    [
        Config,
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        "vocab.txt",
        "vocab.json",
        "merges.txt",
        "sentencepiece.bpe.model",
        "spiece.model",
        "spm.model",
        "modules.json",
        "router_config.json",
        "sentence_bert_config.json",
        "sentence_roberta_config.json",
        "sentence_distilbert_config.json",
        "sentence_camembert_config.json",
        "sentence_albert_config.json",
        "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json",
        "config_sentence_transformers.json",
    ];

    const string Checkpoint = "model.safetensors";
    const string Shards = "model.safetensors.index.json";

    /// <summary>Whether config.json's model_type decides what is taken: there are weights that a graph would be built over.</summary>
    public static bool DependsOnFamily(IReadOnlyList<HubFile> all) =>
        all.Any(f => f.Path == Config) && all.Any(f => f.Path is Checkpoint or Shards);

    /// <param name="all">The repository's files.</param>
    /// <param name="modelFile">compute.model_file: a path in the repository, "safetensors", or "auto".</param>
    /// <param name="device">cuda prefers safetensors, others a float32 .onnx file.</param>
    /// <param name="model">For messages.</param>
    /// <param name="family">config.json's model_type; null where it does not say.</param>
    /// <exception cref="PJobException">Exit code 4: there is nothing to run, or not the file asked for.</exception>
    public static IReadOnlyList<HubFile> Choose(
        IReadOnlyList<HubFile> all,
        string modelFile,
        DeviceKind device,
        HubModel model,
        string? family = null
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        var onnx = all.Where(f => f.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).Select(f => f.Path).ToList();
        var safetensors =
            new[] { Checkpoint, Shards }.FirstOrDefault(name => all.Any(f => f.Path == name))
            // Older folders of sentence-transformers have nothing but modules.json in the root.
            ?? all.Select(f => f.Path).Order(StringComparer.Ordinal).FirstOrDefault(path => InModule(path) is Checkpoint or Shards);
        if (safetensors is not null && family is not null && !ModelFolder.CanBuild(family))
        {
            if (modelFile == "safetensors" || (modelFile == "auto" && onnx.Count == 0))
            {
                throw new PJobException(
                    $"{model.Repository}@{model.Revision} is of the family {family}, for which no graph can be built from its safetensors, "
                        + $"and {(onnx.Count == 0 ? "it has no .onnx file" : "compute.model_file asks for them")}; "
                        + $"families are {string.Join(", ", ModelFolder.Families)}",
                    ExitCode.Model
                );
            }

            safetensors = null;
        }

        var chosen = modelFile switch
        {
            "auto" => Best(onnx, safetensors, device, model),
            "safetensors" => safetensors ?? Checkpoint,
            _ => modelFile,
        };
        if (all.All(f => f.Path != chosen))
        {
            throw new PJobException(
                $"compute.model_file: {model.Repository} has no {chosen}; it has "
                    + $"{string.Join(", ", safetensors is null ? onnx : [safetensors, .. onnx])}",
                ExitCode.Model
            );
        }

        return [.. all.Where(f => Needed.Contains(f.Path) || IsOfModule(f.Path) || f.Path == chosen || IsPartOf(chosen, f.Path))];
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
                    ? $"{model.Repository}@{model.Revision} has no {Checkpoint} and no .onnx file; fix: take a repository that "
                        + "has one of them"
                    : $"compute.model_file: {model.Repository} has several ONNX files, name one: {string.Join(", ", onnx)}",
                ExitCode.Model
            );
    }

    // 1_Pooling/config.json, 2_Dense/model.safetensors, 0_Transformer/tokenizer.json, and the same inside a Router's folder.
    static bool IsOfModule(string path) =>
        InModule(path) is { } name && (Needed.Contains(name) || name is Checkpoint or Shards || IsPartOf(Shards, name));

    /// <summary>The file's name where all folders above it are modules' (1_Pooling, query_0_Dense); else null.</summary>
    static string? InModule(string path)
    {
        var parts = path.Split('/');
        return parts.Length > 1 && parts.SkipLast(1).All(IsModule) ? parts[^1] : null;
    }

    static bool IsModule(string folder) =>
        folder.Split('_') is [.., var number, [>= 'A' and <= 'Z', ..]] && number.Length > 0 && number.All(char.IsAsciiDigit);
}
