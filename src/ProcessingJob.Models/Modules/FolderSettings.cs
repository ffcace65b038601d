using ProcessingJob.Contract;

namespace ProcessingJob.Models.Modules;

/// <summary>What config_sentence_transformers.json says.</summary>
sealed record FolderSettings
{
    const string FileName = "config_sentence_transformers.json";

    public required string File { get; init; }

    /// <summary>The class that the folder is for; null where the file does not say.</summary>
    public FolderKind? Kind { get; init; }

    public IReadOnlyDictionary<string, string> Prompts { get; init; } = new Dictionary<string, string>();

    public string? DefaultPrompt { get; init; }

    public string? Similarity { get; init; }

    public int? TruncateDimensions { get; init; }

    public int? MaxActiveDimensions { get; init; }

    /// <summary>Full class name of a CrossEncoder's activation.</summary>
    public string? Activation { get; init; }

    /// <summary>Keys of PyLate; null where there are none.</summary>
    public PyLateSettings? PyLate { get; init; }

    /// <exception cref="PJobException">Model: a value or a key that is not known.</exception>
    public static FolderSettings Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (ModuleConfig.TryRead(path) is not { } config)
        {
            return new FolderSettings { File = path };
        }

        var type = config.Text("model_type");
        var prompts = config.Map("prompts");
        var defaultPrompt = config.Text("default_prompt_name");
        if (defaultPrompt is not null && !prompts.ContainsKey(defaultPrompt))
        {
            throw config.Refuse($"default_prompt_name is {defaultPrompt}, the prompts are {string.Join(", ", prompts.Keys)}");
        }

        var pyLate = PyLateSettings.Read(config, isPyLate: type == PyLateSettings.ModelType);
        var settings = new FolderSettings
        {
            File = path,
            Kind = type switch
            {
                null => null,
                PyLateSettings.ModelType => FolderKind.MultiVectorEncoder,
                _ => Enum.TryParse<FolderKind>(type, out var kind) && Enum.GetName(kind) == type
                    ? kind
                    : throw config.Refuse($"model_type is {type}, expected {string.Join(", ", Enum.GetNames<FolderKind>())} or ColBERT"),
            },
            Prompts = prompts,
            DefaultPrompt = defaultPrompt,
            Similarity = config.Text("similarity_fn_name"),
            TruncateDimensions = config.Int("truncate_dim", 1),
            MaxActiveDimensions = config.Int("max_active_dims", 1),
            Activation = config.Text("activation_fn"),
            PyLate = pyLate,
        };
        // Versions and requirements are of Python packages; float32 is what everything after the encoder is computed in.
        config.Close("__version__", "requirements", "keep_in_fp32_modules");
        return settings;
    }
}
