using System.Collections.Concurrent;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>
/// A Hugging Face or sentence-transformers model folder as its own files describe it: config.json, modules.json and the modules
/// it lists, prompts, ONNX files and safetensors. Nothing is executed or downloaded, and no pickle is ever read.
/// </summary>
public sealed class ModelFolder
{
    /// <summary>Tokens of an encoding where nothing says how many.</summary>
    const int DefaultLength = 512;

    /// <summary>Tables of tokens have no limit of their own; a text is still to fit into memory.</summary>
    const int StaticLength = 1 << 20;

    readonly ModelConfig _config;
    readonly IReadOnlyList<ModelSource> _sources;
    readonly List<string> _notes;
    readonly ConcurrentDictionary<ModelSource, string?> _refusals = [];

    ModelFolder(string path, ModelConfig config, IReadOnlyList<ModelSource> sources, List<string> notes)
    {
        (Path, _config, _sources, _notes) = (path, config, sources, notes);
        Files = [.. sources.Select(s => s.File)];
    }

    public string Path { get; }

    /// <summary>config.json's model_type, e.g. <c>bert</c>.</summary>
    public string ModelType => _config.ModelType;

    /// <summary>The task this folder is for (given, or judged by its files).</summary>
    public TaskKind Task { get; private init; }

    /// <summary>What the texts are in a search.</summary>
    public TextRole Role { get; private init; }

    /// <summary>The role that the tokenizer is loaded for: queries of multi-vector models are filled up.</summary>
    public TextRole TokenizerRole => Work is MultivectorRoute ? Role : TextRole.None;

    /// <summary>The encoder where modules name it; null for other tasks and static models.</summary>
    public TransformerModule? Transformer => Work?.Module as TransformerModule;

    /// <summary>Width of a token embedding.</summary>
    public int HiddenSize => _config.HiddenSize;

    /// <summary>Tokens an encoding may have, specials included, as far as the folder says so without its tokenizer.</summary>
    public int MaxLength => LengthLimit(null) ?? DefaultLength;

    /// <summary>Rows of the token embedding table: ids must be below it. Null where config.json does not say.</summary>
    public int? VocabularySize => _config.VocabularySize;

    /// <summary>Labels of a classifier by index, from id2label; empty for other tasks.</summary>
    public IReadOnlyList<string> Labels => _config.Labels;

    /// <summary>config.json's problem_type: single_label_classification, multi_label_classification, regression; or null.</summary>
    public string? ProblemType => _config.ProblemType;

    /// <summary>What its sentence-transformers files say; null for tasks that do not read them.</summary>
    public SentenceFolder? Sentence { get; private init; }

    /// <summary>What the task makes of the folder; null for task tokenize.</summary>
    public TaskRoute? Work { get; private init; }

    /// <summary>How a text becomes a vector, for tasks that make one; else null.</summary>
    public EmbedRoute? Route => Work as EmbedRoute ?? (Work as SparseRoute)?.Dense;

    /// <summary>Where config.json, the weights and the tokenizer are: the model folder, or one inside it.</summary>
    public string EncoderFolder { get; private init; } = "";

    /// <summary>True for a table of tokens: no graph is run.</summary>
    public bool IsStatic => IsTable(Work);

    /// <summary>Modes whose vectors are concatenated; empty for other tasks and where the encoder gives one vector a text.</summary>
    public IReadOnlyList<PoolingMode> Pooling => Route?.Pooling ?? [];

    /// <summary>False: the prompt's tokens are left out of the pooling (1_Pooling/config.json include_prompt).</summary>
    public bool IncludePrompt => Route?.IncludePrompt ?? true;

    /// <summary>True when the modules end in Normalize.</summary>
    public bool Normalize => Route?.Normalizes ?? false;

    /// <summary>Width of the embedding as the folder says, its own truncation included.</summary>
    public int EmbeddingSize => Route is null ? HiddenSize : Route.TruncateDimensions ?? Route.Width;

    /// <summary>Prompts by name, from config_sentence_transformers.json.</summary>
    public IReadOnlyDictionary<string, string> Prompts => Sentence?.Prompts ?? new Dictionary<string, string>();

    public string? DefaultPromptName => Sentence?.DefaultPrompt;

    /// <summary>similarity_fn_name of config_sentence_transformers.json: cosine unless it says otherwise.</summary>
    public string Similarity => Sentence?.Similarity ?? "cosine";

    /// <summary>What a CrossEncoder by its own files does to its logits; null for other classifiers.</summary>
    public TorchActivation? Activation => Sentence is { Kind: FolderKind.CrossEncoder, SaysKind: true } own ? own.Activation : null;

    /// <summary>What a user should know before trusting the results.</summary>
    public IReadOnlyList<JobWarning> Warnings => Work?.Warnings ?? Sentence?.Warnings ?? [];

    /// <summary>What the model can be run from, in the order that is preferred on a CPU; empty for task tokenize.</summary>
    public IReadOnlyList<ModelFile> Files { get; }

    /// <summary>Files that look like graphs of the model and cannot be used, with the reason.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public ModelConfig Config => _config;

    public IReadOnlyList<ModelSource> Sources => _sources;

    /// <summary>Names of the graph's outputs that were asked for; empty: the usual ones.</summary>
    public IReadOnlyList<string> Outputs { get; private init; } = [];

    /// <summary>Whether compute.model_file named one.</summary>
    bool IsAsked { get; init; }

    /// <summary>Families that graphs are built for from safetensors, by config.json's model_type.</summary>
    public static IEnumerable<string> Families => EncoderGraph.ModelTypes;

    /// <summary>Whether a model of this model_type runs from its safetensors.</summary>
    public static bool CanBuild(string modelType) => modelType == Model2VecModule.ModelType || Families.Contains(modelType);

    /// <summary>The task that a folder is for by its own files.</summary>
    /// <exception cref="PJobException">Model: a file, key or module that is not understood.</exception>
    public static TaskKind TaskOf(string path) => FolderTask.Of(path);

    /// <summary>Reads and checks the folder. For task tokenize no weights are asked for.</summary>
    /// <exception cref="PJobException">Model: what was found, what is expected, in which file.</exception>
    public static ModelFolder Open(string path, ModelOptions? options = null)
    {
        if (!Directory.Exists(path))
        {
            throw new PJobException($"{path}: there is no such model folder", ExitCode.Model);
        }

        options ??= new ModelOptions();
        if (options.AsksSafetensors)
        {
            options.RefusePorts($"compute.model_file is {options.ModelFile}, of which the graph is built here");
        }

        var task = options.Task ?? FolderTask.Of(path);
        var wanted = TaskFolders.Of(task);
        if (wanted.Head is not null)
        {
            RequireHead(path, task, wanted);
        }

        var sentence = wanted.Kind is { } kind ? SentenceFolder.Open(path, kind) : null;
        var work = sentence is null ? wanted.Fixed : wanted.Route!(sentence, options.Role);
        if (IsTable(work))
        {
            return Static(path, task, sentence!, work!, options);
        }

        var encoder = (work?.Module as TransformerModule)?.Folder ?? path;
        var config = ModelConfig.Read(System.IO.Path.Combine(encoder, "config.json"));
        if (wanted.LabelHead is { } head && !config.Is(head))
        {
            throw HeadTasks.Refusal(PlainFolder.Read(encoder), task) ?? TaskFolders.NoLabels(path, task, head);
        }

        wanted.Check?.Invoke(path, work!, config);
        var notes = new List<string>();
        var sources =
            task == TaskKind.Tokenize || options.WithoutGraph
                ? []
                : ModelSources.Find(path, Below(path, encoder), options, work!, config, notes);
        return new ModelFolder(path, config, sources, notes)
        {
            Task = task,
            IsAsked = options.ModelFile is not null,
            Outputs = options.Outputs,
            Sentence = sentence,
            Work = work,
            Role = options.Role,
            EncoderFolder = encoder,
        };
    }

    /// <summary>The file for a device (Cpu or Cuda): the asked one, or the best there is.</summary>
    public ModelFile Choose(DeviceKind device) => SourceFor(device).Source.File;

    /// <summary>The text to put before every text; see <see cref="SentenceFolder.Prompt"/>. Folders without one have no prompts.</summary>
    /// <exception cref="PJobException">BadSpec: an unknown name, or both.</exception>
    public string Prompt(string? literal, string? name) =>
        Sentence is { } sentence ? sentence.Prompt(literal, name, Role)
        : name is null ? literal ?? ""
        : throw new PJobException($"tokens.prompt_name: found {name}, but a model for this task has no prompts", ExitCode.BadSpec);

    /// <summary>Tokens an encoding may have, specials included; null for any number.</summary>
    /// <param name="tokenizerLimit">model_max_length of the tokenizer's files; null for none.</param>
    public int? LengthLimit(int? tokenizerLimit) =>
        Route?.Encoder switch
        {
            StaticEmbeddingModule table => table.MaxTokens,
            Model2VecModule => null,
            _ => Transformer is { } transformer
                ? transformer.MaxLength(Role, tokenizerLimit, _config.Positions, _config.MostTokens)
                : Least(tokenizerLimit, _config.Positions),
        };

    /// <summary>
    /// Tokens an encoding may have where a job asks for no length: <see cref="LengthLimit"/>, or a bound for models without any.
    /// </summary>
    public int DefaultLengthWith(int? tokenizerLimit) => LengthLimit(tokenizerLimit) ?? (IsStatic ? StaticLength : MaxLength);

    /// <summary>The file and key that <see cref="DefaultLengthWith"/> comes from.</summary>
    public string LengthOrigin(int? tokenizerLimit)
    {
        var limit = LengthLimit(tokenizerLimit);
        return limit is null ? "no file says: a bound of this product"
            : IsStatic ? "max_seq_length of the module"
            : limit == _config.Positions && Transformer?.MaxLength(Role, tokenizerLimit, null, null) != limit
                ? "the positions of config.json"
            : Transformer?.ProcessingLength is not null ? "processing_kwargs of sentence_bert_config.json"
            : Role == TextRole.Query && Transformer?.QueryLength is not null ? "query_length of sentence_bert_config.json"
            : Role == TextRole.Document && Transformer?.DocumentLength is not null ? "document_length of sentence_bert_config.json"
            : Transformer?.MaxSequenceLength is not null ? "max_seq_length of sentence_bert_config.json"
            : "model_max_length of tokenizer_config.json";
    }

    /// <exception cref="PJobException">BadSpec: the model has no positions for so many tokens.</exception>
    public void RequireLength(int maxLength)
    {
        var most = _config.MostTokens ?? int.MaxValue;
        if (maxLength < 1 || maxLength > most)
        {
            throw new PJobException(
                $"tokens.max_length: found {maxLength}, but the model has positions for 1 to {most} tokens",
                ExitCode.BadSpec
            );
        }

        if (
            Role == TextRole.Query
            && Transformer?.Expansion is { } fill
            && (fill.Length > maxLength || (fill.Fixed && fill.Length != maxLength))
        )
        {
            throw new PJobException(
                $"tokens.max_length: found {maxLength}, but the model's queries have {(fill.Fixed ? "" : "at least ")}{fill.Length} "
                    + "tokens; fix: leave it out",
                ExitCode.BadSpec
            );
        }
    }

    /// <summary>What runs the model on a device, and why it was chosen. A graph that cannot be built gives way to an .onnx file.</summary>
    /// <exception cref="PJobException">Model: nothing can; or the folder was opened for tokenize.</exception>
    public (ModelSource Source, string Why) SourceFor(DeviceKind device)
    {
        if (_sources.Count == 0)
        {
            throw new PJobException($"{Path} was opened as a model that runs no graph", ExitCode.Model);
        }

        var ranked = Usable(device).OrderBy(s => ModelSources.Rank(s, device)).ToArray();
        if (ranked.Length == 0)
        {
            throw ModelError.Refuse(
                Path,
                $"has only quantized graphs ({string.Join(", ", Files.Select(f => f.Name))}), which CUDA has no kernels for; "
                    + "fix: device: cpu, or a folder with safetensors or a float .onnx file"
            );
        }

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

    /// <summary>Looks for the outputs that the task reads, as far as that can be known without a run.</summary>
    /// <exception cref="PJobException">Model: the graph has not what the task needs.</exception>
    public void RequireOutputs(ModelSource source) => TaskFolders.Of(Task).RequireOutputs?.Invoke(this, source);

    /// <summary>Whether the device takes this way where nothing else is asked for.</summary>
    public bool IsChosen(ModelSource source, DeviceKind device) => Usable(device).Any() && SourceFor(device).Source == source;

    /// <summary>CUDA has no kernels for most operators of quantized graphs.</summary>
    IEnumerable<ModelSource> Usable(DeviceKind device) =>
        _sources.Where(s => IsAsked || device != DeviceKind.Cuda || !s.File.Precision.IsQuantized());

    string? Refusal(ModelSource source)
    {
        if (!_refusals.TryGetValue(source, out var refusal))
        {
            try
            {
                _ = source.ReadInputs();
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

    static bool IsTable(TaskRoute? work) => work?.Module is StaticEmbeddingModule or Model2VecModule or SparseStaticEmbeddingModule;

    static ModelFolder Static(string path, TaskKind task, SentenceFolder sentence, TaskRoute work, ModelOptions options)
    {
        options.RefuseGraph($"{path} is a table of tokens, which runs no graph");
        var (width, tokens, folder) = work.Module switch
        {
            StaticEmbeddingModule module => (module.Table.Width, module.Table.Tokens, module.Folder),
            Model2VecModule module => (module.Table.Width, module.Table.Tokens, module.Folder),
            SparseStaticEmbeddingModule module => (module.ById.Length, module.ById.Length, module.Folder),
            _ => throw new ArgumentException("no table", nameof(work)),
        };
        return new ModelFolder(path, ModelConfig.Static(width, tokens), [], [])
        {
            Task = task,
            Role = options.Role,
            Sentence = sentence,
            Work = work,
            EncoderFolder = folder,
        };
    }

    // Of a folder whose architecture says nothing, the graph's outputs tell.
    static void RequireHead(string path, TaskKind task, TaskFolder wanted)
    {
        if (File.Exists(System.IO.Path.Combine(path, "modules.json")))
        {
            var kind = SentenceFolder.Open(path).Kind;
            throw ModelError.Refuse(path, $"is a {kind} by its own files, expected {wanted.What} for task {Names.Of(task)}");
        }

        if (HeadTasks.Refusal(PlainFolder.Read(path), task) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Empty for the folder itself.</summary>
    static string Below(string folder, string inner) => System.IO.Path.GetRelativePath(folder, inner) is not "." and var path ? path : "";

    static int? Least(int? a, int? b) => a is null || b < a ? b : a;
}
