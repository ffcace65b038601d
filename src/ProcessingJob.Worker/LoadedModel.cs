using ProcessingJob.Contract;
using ProcessingJob.Inference;
using ProcessingJob.Tokenization;
using Serilog;

namespace ProcessingJob.Worker;

/// <summary>The model folder in use: tokenizer, task, and (unless the task is tokenize) the engine.</summary>
sealed class LoadedModel : IDisposable
{
    private readonly Tokenizer _tokenizer;
    private readonly string _prompt;
    private readonly bool _lowerCase;

    private LoadedModel(Tokenizer tokenizer, FeatureTask task, (ModelFolder Folder, EngineOptions Options)? run, int maxLength, string prompt, bool lowerCase)
    {
        (_tokenizer, Task, Run, MaxLength, _prompt, _lowerCase) = (tokenizer, task, run, maxLength, prompt, lowerCase);
        task.PromptLength = prompt.EnumerateRunes().Count();
        var engine = run is null ? null : Engine.Create(run.Value.Folder, run.Value.Options);
        Engine = engine;
        // Two threads feed a GPU box with any model (more than six never helped anyone); on a CPU the cores belong to the model.
        Tokenizers = engine switch
        {
            null => Environment.ProcessorCount,
            { Device: DeviceKind.Cpu } => 1,
            _ => Math.Clamp(Environment.ProcessorCount / 2, 1, 6),
        };
    }

    public FeatureTask Task { get; }
    public Engine? Engine { get; }

    /// <summary>What the engine was made of; null for tokenize.</summary>
    public (ModelFolder Folder, EngineOptions Options)? Run { get; }

    /// <summary>Tokens of an encoding.</summary>
    public int MaxLength { get; }
    public int Tokenizers { get; }
    public int RowsPerWindow => Engine?.WindowRows ?? 1_024;

    public RowEncoder CreateEncoder() => new(_tokenizer.CreateEncoder(Task.Encoding), _prompt, _lowerCase);

    /// <exception cref="PJobException">The model is missing or cannot be used (exit code 4), or the spec asks for what it cannot do (2).</exception>
    public static LoadedModel Load(JobSpec spec, WorkPlan? plan, ContainerPaths paths, ILogger log)
    {
        if (!Directory.Exists(paths.Model) || !Directory.EnumerateFileSystemEntries(paths.Model).Any())
            throw new PJobException($"no model: expected a Hugging Face model folder in {paths.Model}", ExitCode.Model);
        var tokenizer = Tokenizer.Load(paths.Model);
        if (spec.Task == TaskKind.Tokenize)
        {
            var length = spec.Tokens.MaxLength ?? tokenizer.MaxLength ?? int.MaxValue;
            var prompt = spec.Tokens.Prompt ?? "";
            return new(tokenizer, FeatureTasks.Create(spec, null, tokenizer, length, paths), null, length, prompt, false);
        }
        var model = ModelFolder.Open(paths.Model, new ModelOptions
        {
            ModelFile = spec.Compute.ModelFile == "auto" ? null : spec.Compute.ModelFile,
            Task = spec.Task,
        });
        var limit = Math.Min(model.MaxLength, tokenizer.MaxLength ?? int.MaxValue);
        if (spec.Tokens.MaxLength > model.MaxLength)
            throw new PJobException($"tokens.max_length: found {spec.Tokens.MaxLength}, but the model takes at most {model.MaxLength} tokens", ExitCode.BadSpec);
        var maxLength = spec.Tokens.MaxLength ?? limit;
        var task = FeatureTasks.Create(spec, model, tokenizer, maxLength, paths);
        var (promptText, promptTokens) = Prompt(spec, model, tokenizer);
        var options = new EngineOptions
        {
            Task = spec.Task,
            Embed = new EmbedOptions
            {
                Pooling = PoolingOf(spec.Embed.Pooling),
                Normalize = spec.Embed.Normalize switch { Toggle.True => true, Toggle.False => false, _ => null },
                Dimensions = spec.Embed.Dimensions,
                PromptTokens = promptTokens,
            },
            Device = spec.Compute.Device,
            MaxLength = maxLength,
            TokenBudget = spec.Compute.TokenBudget ?? plan?.TokenBudget,
            Callers = spec.Compute.Callers,
            Deduplicate = spec.Compute.Dedup,
            Log = message => log.Write(message.Warning ? Serilog.Events.LogEventLevel.Warning : Serilog.Events.LogEventLevel.Information, "{Text:l}", message.Text),
        };
        var loaded = new LoadedModel(tokenizer, task, (model, options), maxLength, promptText, model.LowerCase);
        log.Information("model {ModelType:l}, max_length {MaxLength}", model.ModelType, maxLength);
        return loaded;
    }

    /// <summary>Adds device and batches to a report.</summary>
    public HostReport Describe(HostReport report)
    {
        if (Engine is not { } engine)
            return report with { Device = "none (tokenize)", MaxLength = MaxLength == int.MaxValue ? 0 : MaxLength };
        var stats = engine.Stats;
        return report with
        {
            Device = Names.Of(engine.Device),
            DeviceReason = engine.DeviceSummary,
            PaddedTokens = stats.PaddedTokens,
            TokenBudget = engine.TokenBudget,
            DeviceUtilisation = Math.Round(stats.Busy, 4),
            MaxLength = MaxLength,
        };
    }

    public void Dispose() => Engine?.Dispose();

    // include_prompt: false leaves the prompt and the first special token out of the pooling.
    private static (string Text, int Tokens) Prompt(JobSpec spec, ModelFolder model, Tokenizer tokenizer)
    {
        var text = spec.Task == TaskKind.Embed ? model.ResolvePrompt(spec.Tokens.Prompt) : spec.Tokens.Prompt ?? "";
        if (text.Length == 0 || model.IncludePrompt)
            return (text, 0);
        var buffer = new EncodingBuffer();
        tokenizer.CreateEncoder(new EncodeOptions()).Encode(text, buffer);
        return (text, buffer.Length(0) - 1);
    }

    private static Pooling? PoolingOf(PoolingKind kind) => kind switch
    {
        PoolingKind.Mean => Pooling.Mean,
        PoolingKind.Cls => Pooling.Cls,
        PoolingKind.Max => Pooling.Max,
        PoolingKind.Last => Pooling.Last,
        PoolingKind.WeightedMean => Pooling.WeightedMean,
        PoolingKind.MeanSqrtLen => Pooling.MeanSqrtLen,
        _ => null,
    };
}
