using System.Text.Json;
using ProcessingJob.Contract;

namespace ProcessingJob.Models.Folders;

/// <summary>What modules.json says: where the transformer is, how its tokens are pooled and what follows.</summary>
sealed record SentenceModules
{
    /// <summary>Relative folder of the transformer; empty for the model folder itself.</summary>
    public string TransformerPath { get; init; } = "";

    public Pooling Pooling { get; init; } = Pooling.Mean;

    public bool IncludePrompt { get; init; } = true;

    public IReadOnlyList<DenseModule> Dense { get; init; } = [];

    public bool Normalize { get; init; }

    /// <summary>Null where the folder has no modules.json.</summary>
    /// <exception cref="PJobException">Model: modules that are not known, or in an order that is not.</exception>
    public static SentenceModules? TryRead(string folder)
    {
        var path = System.IO.Path.Combine(folder, "modules.json");
        if (ModelJson.Root(path) is not { } root)
        {
            return null;
        }

        if (root.ValueKind != JsonValueKind.Array)
        {
            throw new PJobException($"{path}: found {root.ValueKind}, expected a list of modules.", ExitCode.Model);
        }

        var result = new SentenceModules();
        var position = 0;
        foreach (var module in root.EnumerateArray())
        {
            var type = Value(module, "type").Split('.')[^1];
            var moduleFolder = System.IO.Path.Combine(folder, Inside(path, Value(module, "path")));
            result = (position++, type) switch
            {
                (0, "Transformer") => result with { TransformerPath = Value(module, "path") },
                (1, "Pooling") => result.WithPooling(moduleFolder),
                (> 1, "Dense") when !result.Normalize => result.WithDense(moduleFolder),
                (> 1, "Normalize") => result with { Normalize = true },
                _ => throw new PJobException(
                    $"{path}: module {position - 1} is {type}; supported is Transformer, Pooling, then any Dense, then Normalize",
                    ExitCode.Model
                ),
            };
        }

        return position >= 2
            ? result
            : throw new PJobException($"{path}: found {position} modules, expected Transformer and Pooling at least.", ExitCode.Model);
    }

    SentenceModules WithPooling(string folder)
    {
        var config = ModelJson.Read(System.IO.Path.Combine(folder, "config.json"));
        return this with { Pooling = PoolingConfig.Read(config), IncludePrompt = config.Flag("include_prompt") ?? true };
    }

    SentenceModules WithDense(string folder) => this with { Dense = [.. Dense, DenseModule.Read(folder)] };

    static string Value(JsonElement module, string key) =>
        module.ValueKind == JsonValueKind.Object && module.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    // A module's path must stay inside the folder: it is what other people wrote.
    static string Inside(string file, string relative) =>
        System.IO.Path.IsPathRooted(relative) || relative.Split('/', '\\').Contains("..")
            ? throw new PJobException($"{file}: the module path '{relative}' leads out of the model folder.", ExitCode.Model)
            : relative;
}
