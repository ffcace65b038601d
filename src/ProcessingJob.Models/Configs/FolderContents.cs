namespace ProcessingJob.Models.Configs;

/// <summary>What a folder holds that is no model folder, or one without readable weights: for messages that say what to do.</summary>
static class FolderContents
{
    public const string Adapter = "adapter_config.json";

    const string SaveAs = "fix: save the model as safetensors, with save_pretrained of transformers or save of sentence-transformers";

    /// <summary>Files of weights that are not read, by a pattern of their names.</summary>
    static readonly (string Pattern, string What)[] Others =
    [
        ("pytorch_model*.bin*", "a pickle, which can run code and is never opened"),
        ("*.gguf", "a file of llama.cpp"),
        ("tf_model*.h5", "weights of TensorFlow"),
        ("flax_model*.msgpack", "weights of Flax"),
        ("openvino/*.xml", "a graph of OpenVINO"),
        ("openvino_model.xml", "a graph of OpenVINO"),
    ];

    /// <summary>What to say of a folder in which no weights were found that can be read.</summary>
    public static string InsteadOfWeights(string folder)
    {
        if (File.Exists(Path.Combine(folder, Adapter)))
        {
            return OfAdapter;
        }

        foreach (var (pattern, what) in Others)
        {
            if (First(folder, pattern) is { } name)
            {
                return $"found {name}, {what}; {SaveAs}";
            }
        }

        return First(folder, "*.safetensors") is { } other
            ? $"found {other}, expected model.safetensors; fix: rename it where it holds the whole model"
            : SaveAs;
    }

    /// <summary>What to say of a folder without config.json.</summary>
    public static string InsteadOfConfig(string folder)
    {
        if (File.Exists(Path.Combine(folder, Adapter)))
        {
            return OfAdapter;
        }

        if (Inner(folder) is { } inner)
        {
            return $"found it in {inner}; fix: give that folder as the model";
        }

        foreach (var (pattern, what) in Others)
        {
            if (First(folder, pattern) is { } name)
            {
                return $"found {name}, {what}; fix: take a repository with config.json and model.safetensors";
            }
        }

        return "expected a Hugging Face model folder with this file";
    }

    /// <summary>What to say of a config.json without hidden_size.</summary>
    /// <param name="hasTextConfig">Whether a text_config inside has it.</param>
    public static string NoWidth(string? modelType, bool hasTextConfig) =>
        hasTextConfig
            ? $"{modelType} is a model of more than texts (its text model stands in text_config), which is not supported; "
                + "fix: save the text model alone"
            : "hidden_size is missing, expected a whole number";

    /// <summary>PEFT loads the model that the adapter is for, and the adapter over it (huggingface.co/docs/peft).</summary>
    public const string OfAdapter =
        $"found {Adapter}, an adapter of PEFT over another model; fix: merge it into that model with merge_and_unload and save the result";

    /// <summary>The one folder below that has the file; a hub's cache keeps its revisions in snapshots.</summary>
    static string? Inner(string folder)
    {
        try
        {
            string[] found =
            [
                .. Directory
                    .EnumerateDirectories(folder)
                    .Concat(Below(folder, "snapshots"))
                    .Where(inner => File.Exists(Path.Combine(inner, "config.json")))
                    .Order(StringComparer.Ordinal),
            ];
            return found.Length == 0 ? null : found[^1];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static IEnumerable<string> Below(string folder, string name) =>
        Path.Combine(folder, name) is var inner && Directory.Exists(inner) ? Directory.EnumerateDirectories(inner) : [];

    static string? First(string folder, string pattern)
    {
        try
        {
            var inner = Path.GetDirectoryName(pattern)!;
            var where = Path.Combine(folder, inner);
            return Directory.Exists(where)
                ? Directory
                    .EnumerateFiles(where, Path.GetFileName(pattern))
                    .Select(file => Path.Combine(inner, Path.GetFileName(file)).Replace('\\', '/'))
                    .Order(StringComparer.Ordinal)
                    .FirstOrDefault()
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
