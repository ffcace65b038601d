using System.Collections.Concurrent;
using ProcessingJob.Contract;

namespace ProcessingJob.Models.Folders;

/// <summary>
/// A Hugging Face or sentence-transformers model folder as its own files describe it: config.json, modules.json and the modules
/// it lists, prompts, ONNX files and safetensors. Nothing is executed or downloaded, and no pickle is ever read.
/// </summary>
public sealed class ModelFolder
{
    readonly ModelConfig _config;
    readonly SentenceModules? _modules;
    readonly IReadOnlyList<ModelSource> _sources;
    readonly List<string> _notes;
    readonly ConcurrentDictionary<ModelSource, string?> _refusals = [];

    ModelFolder(string path, ModelConfig config, SentenceModules? modules, IReadOnlyList<ModelSource> sources, List<string> notes)
    {
        (Path, _config, _modules, _sources, _notes) = (path, config, modules, sources, notes);
        Files = [.. sources.Select(s => s.File)];
    }

    public string Path { get; }

    /// <summary>config.json's model_type, e.g. <c>bert</c>.</summary>
    public string ModelType => _config.ModelType;

    /// <summary>The task this folder is for (given, or judged by its files).</summary>
    public TaskKind Task { get; private init; }

    /// <summary>Width of a token embedding.</summary>
    public int HiddenSize => _config.HiddenSize;

    /// <summary>Tokens an encoding may have, specials included: the least of the model's positions (RoBERTa's two reserved ones
    /// taken off) and sentence_bert_config.json's max_seq_length. The tokenizer's own limit is not looked at here.</summary>
    public int MaxLength { get; private init; }

    /// <summary>Rows of the token embedding table: ids must be below it. Null where config.json does not say.</summary>
    public int? VocabularySize => _config.VocabularySize;

    /// <summary>Labels of a classifier by index, from id2label; empty for other tasks.</summary>
    public IReadOnlyList<string> Labels => _config.Labels;

    /// <summary>config.json's problem_type: single_label_classification, multi_label_classification, regression; or null.</summary>
    public string? ProblemType => _config.ProblemType;

    /// <summary>Pooling of modules.json; mean where the folder has no pooling module.</summary>
    public Pooling Pooling => _modules?.Pooling ?? Pooling.Mean;

    /// <summary>False: the prompt's tokens are left out of the pooling (1_Pooling/config.json include_prompt).</summary>
    public bool IncludePrompt => _modules?.IncludePrompt ?? true;

    /// <summary>True when modules.json ends in Normalize.</summary>
    public bool Normalize => _modules?.Normalize ?? false;

    /// <summary>Width of the embedding after the folder's own pooling and Dense modules, before any Matryoshka truncation.</summary>
    public int EmbeddingSize => Dense.Count > 0 ? Dense[^1].Outputs : HiddenSize * Pooling.Parts();

    /// <summary>True when sentence_bert_config.json asks for lower-cased text before tokenization.</summary>
    public bool LowerCase { get; private init; }

    /// <summary>Prompts by name, from config_sentence_transformers.json.</summary>
    public IReadOnlyDictionary<string, string> Prompts { get; private init; } = new Dictionary<string, string>();

    public string? DefaultPromptName { get; private init; }

    /// <summary>similarity_fn_name of config_sentence_transformers.json: cosine unless it says otherwise.</summary>
    public string Similarity { get; private init; } = "cosine";

    /// <summary>What the model can be run from, in the order that is preferred on a CPU; empty for task tokenize.</summary>
    public IReadOnlyList<ModelFile> Files { get; }

    public ModelConfig Config => _config;

    public IReadOnlyList<DenseModule> Dense => _modules?.Dense ?? [];

    public IReadOnlyList<ModelSource> Sources => _sources;

    /// <summary>Whether compute.model_file named one.</summary>
    bool IsAsked { get; init; }

    /// <summary>Reads and checks the folder. For task tokenize no weights are asked for.</summary>
    /// <exception cref="PJobException">Model: what was found, what is expected, in which file.</exception>
    public static ModelFolder Open(string path, ModelOptions? options = null)
    {
        if (!Directory.Exists(path))
        {
            throw new PJobException($"{path}: there is no such model folder.", ExitCode.Model);
        }

        options ??= new ModelOptions();
        var modules = SentenceModules.TryRead(path);
        var transformer = System.IO.Path.Combine(path, modules?.TransformerPath ?? "");
        var config = ModelConfig.Read(System.IO.Path.Combine(transformer, "config.json"));
        var task = options.Task ?? (modules is not null ? TaskKind.Embed : config.Task);
        if (task == TaskKind.Classify && config.Labels.Count == 0)
        {
            throw new PJobException(
                $"{path}: the task is classify, but config.json's architectures name no …ForSequenceClassification: the model has no labels",
                ExitCode.Model
            );
        }

        // Its place depends on the version that wrote it.
        var bert =
            ModelJson.TryRead(System.IO.Path.Combine(transformer, "sentence_bert_config.json"))
            ?? ModelJson.TryRead(System.IO.Path.Combine(path, "sentence_bert_config.json"));
        var sentence = ModelJson.TryRead(System.IO.Path.Combine(path, "config_sentence_transformers.json"));
        var notes = new List<string>();
        var sources =
            task == TaskKind.Tokenize || options.WithoutGraph
                ? []
                : ModelSources.Find(path, modules?.TransformerPath ?? "", options.ModelFile, task, config, notes);
        var sentenceLimit = task == TaskKind.Embed ? bert?.Int("max_seq_length") : null;
        var folder = new ModelFolder(path, config, modules, sources, notes)
        {
            Task = task,
            IsAsked = options.ModelFile is not null,
            MaxLength = Math.Min(config.Positions ?? int.MaxValue, sentenceLimit ?? int.MaxValue) is var limit and < int.MaxValue
                ? limit
                : 512,
            LowerCase = task == TaskKind.Embed && (bert?.Flag("do_lower_case") ?? false),
            Prompts = sentence?.Map("prompts") ?? new Dictionary<string, string>(),
            DefaultPromptName = sentence?.Text("default_prompt_name"),
            Similarity = sentence?.Text("similarity_fn_name") ?? "cosine",
        };
        folder.CheckSizes();
        return folder;
    }

    /// <summary>The file for a device (Cpu or Cuda): the asked one, or the best there is.</summary>
    public ModelFile Choose(DeviceKind device) => SourceFor(device).Source.File;

    /// <summary>The prompt's text: a name of <see cref="Prompts"/>, or the literal itself; null gives the default prompt (or "").</summary>
    public string ResolvePrompt(string? nameOrLiteral) =>
        (nameOrLiteral ?? DefaultPromptName) is not { } name ? ""
        : Prompts.TryGetValue(name, out var prompt) ? prompt
        : nameOrLiteral
            ?? throw new PJobException(
                $"{Path}/config_sentence_transformers.json: default_prompt_name is {name}, but the prompts are {string.Join(", ", Prompts.Keys)}",
                ExitCode.Model
            );

    /// <summary>What was understood, as lines of name and value for <c>pjob model inspect</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Describe()
    {
        var lines = new List<KeyValuePair<string, string>>();
        Add("model", $"{ModelType}, {Task.ToString().ToLowerInvariant()}");
        Add("hidden size", $"{HiddenSize}");
        Add("max length", $"{MaxLength} tokens" + (_config.FirstPosition > 0 ? $" ({_config.FirstPosition} positions reserved)" : ""));
        if (Task == TaskKind.Embed)
        {
            Add(
                "pooling",
                Pooling.Words() + (_modules is null ? " (no modules.json)" : "") + (IncludePrompt ? "" : ", without the prompt's tokens")
            );
            foreach (var layer in Dense)
            {
                Add("dense", $"{layer.Inputs} -> {layer.Outputs}, {layer.Activation}");
            }

            Add("normalize", Normalize ? "yes" : "no");
            Add("embedding size", $"{EmbeddingSize}");
            foreach (var (name, prompt) in Prompts)
            {
                Add("prompt", $"{name}: \"{prompt}\"" + (name == DefaultPromptName ? " (default)" : ""));
            }

            Add("similarity", Similarity);
        }

        if (Labels.Count > 0)
        {
            Add("labels", string.Join(", ", Labels) + (ProblemType is null ? "" : $" ({ProblemType})"));
        }

        foreach (var file in Files)
        {
            var uses = new[] { DeviceKind.Cpu, DeviceKind.Cuda }.Where(d => Choose(d) == file).Select(d => d.ToString().ToLowerInvariant());
            Add(
                "model file",
                $"{file.Name}: {file.Precision.ToString().ToLowerInvariant()}{(file.Optimized ? ", optimized" : "")}, {file.Bytes / 1e6:N1} MB{string.Concat(uses.Select(u => $", for {u}"))}"
            );
        }

        foreach (var note in _notes)
        {
            Add("not usable", note);
        }

        return lines;

        void Add(string name, string value) => lines.Add(new(name, value));
    }

    /// <summary>What runs the model on a device, and why it was chosen. A graph that cannot be built gives way to an .onnx file.</summary>
    /// <exception cref="PJobException">Model: nothing can; or the folder was opened for tokenize.</exception>
    public (ModelSource Source, string Why) SourceFor(DeviceKind device)
    {
        if (_sources.Count == 0)
        {
            throw new PJobException($"{Path} was opened for tokenize, which runs no model", ExitCode.Model);
        }

        var ranked = _sources.OrderBy(s => ModelSources.Rank(s, device)).ToArray();
        // The only way speaks for itself when it is opened.
        var hasOnnx = ranked.Any(s => s is OnnxSource);
        var source = ranked.First(s => s is not SafetensorsSource || !hasOnnx || Refusal(s) is null);
        var why =
            IsAsked ? "asked for"
            : source != ranked[0] ? $"no graph can be built: {Refusal(ranked[0])}"
            : Files.Select(f => f.Name).Distinct().Count() == 1 ? "the only one"
            : $"preferred on {Names.Of(device)}";
        return (source, why);
    }

    string? Refusal(ModelSource source)
    {
        if (!_refusals.TryGetValue(source, out var refusal))
        {
            try
            {
                source.Open().Dispose();
            }
            catch (PJobException e)
            {
                refusal = e.Message;
                _notes.Add(e.Message);
            }

            _refusals[source] = refusal;
        }

        return refusal;
    }

    void CheckSizes()
    {
        var size = HiddenSize * Pooling.Parts();
        foreach (var layer in Dense)
        {
            if (layer.Inputs != size)
            {
                throw new PJobException(
                    $"{Path}/modules.json: a Dense module takes {layer.Inputs} values, but gets {size}",
                    ExitCode.Model
                );
            }

            size = layer.Outputs;
        }
    }
}
