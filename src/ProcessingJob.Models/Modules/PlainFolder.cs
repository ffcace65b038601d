using System.Text.Json;
using ProcessingJob.Models.Configs;

namespace ProcessingJob.Models.Modules;

/// <summary>The few keys of a transformer's config.json that say what the folder is for.</summary>
sealed record PlainFolder(
    string File,
    string? ModelType,
    IReadOnlyList<string> Architectures,
    bool Causal,
    bool OutputsHiddenStates,
    int? KnownWidth,
    bool HasTextConfig,
    int? Layers,
    int? Labels,
    string? Activation
)
{
    /// <exception cref="Contract.PJobException">Model: no such file, or wrong types in it.</exception>
    public static PlainFolder Read(string folder)
    {
        // Not closed: whoever builds the graph answers for the other keys.
        var path = Path.Combine(folder, "config.json");
        var config = ModuleConfig.TryRead(path) ?? throw ModelError.Refuse(path, $"is missing: {FolderContents.InsteadOfConfig(folder)}");
        var labels = config.Any("id2label") is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject().Count() : 0;
        return new PlainFolder(
            config.Path,
            config.Text("model_type"),
            config.Texts("architectures") ?? [],
            config.Flag("is_causal") ?? true,
            config.Flag("output_hidden_states") ?? false,
            First(config, "hidden_size", "dim", "d_model", "n_embd", "emb_dim"),
            config.Any("text_config") is not null,
            First(config, "num_hidden_layers", "n_layers", "num_layers", "n_layer"),
            labels > 0 ? labels : First(config, "num_labels", "_num_labels"),
            // Since version 4 the first; before that the second.
            config.Object("sentence_transformers")?.Text("activation_fn")
                ?? config.Text("sbert_ce_default_activation_function")
        );
    }

    /// <summary>Floats of a token embedding.</summary>
    /// <exception cref="Contract.PJobException">Model: config.json does not say.</exception>
    public int Width => KnownWidth ?? throw ModelError.Refuse(File, FolderContents.NoWidth(ModelType, HasTextConfig));

    public bool Is(string head) => Architectures is [var first, ..] && first.EndsWith(head, StringComparison.Ordinal);

    static int? First(ModuleConfig config, params string[] keys) =>
        keys.Select(key => config.Int(key, 1)).FirstOrDefault(v => v is not null);
}
