using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;
using ProcessingJob.Worker.Tasks;
using Serilog;

namespace ProcessingJob.Worker;

/// <summary>The model folder in use: tokenizer, task, and (unless the task is tokenize) the engine.</summary>
sealed class LoadedModel : IDisposable
{
    static readonly JobWarning BatchDependent = new(
        "batch_dependent",
        "a text's result depends on its batch, so every text is run alone, which is slow"
    );

    readonly Tokenizer _tokenizer;
    readonly TaskParts _task;
    readonly TextPreparation _texts;

    LoadedModel(
        Tokenizer tokenizer,
        TaskParts task,
        TextPreparation texts,
        (ModelFolder Folder, EngineOptions Options)? run,
        Func<ModelFolder, EngineOptions, InferenceEngine>? create = null
    )
    {
        (_tokenizer, _task, _texts, Run) = (tokenizer, task, texts, run);
        Task = CreateTask();
        Engine = run is null ? null : (create ?? InferenceEngine.Create)(run.Value.Folder, run.Value.Options);
    }

    /// <summary>What the job's task is; every lane runs one of its own (<see cref="CreateTask"/>).</summary>
    public FeatureTask Task { get; }
    public InferenceEngine? Engine { get; }

    /// <summary>What the engine was made of; null for tokenize.</summary>
    public (ModelFolder Folder, EngineOptions Options)? Run { get; }

    /// <summary>What should be known before the results are trusted.</summary>
    public IReadOnlyList<JobWarning> Warnings { get; private set; } = [];

    /// <summary>What the spec's "auto" came to.</summary>
    public ResolvedSettings Resolved =>
        (Engine?.Resolved ?? new()) with
        {
            Prompt = _texts.Prompt,
            Activation = Task.Activation,
            MaxLength = MaxLength == int.MaxValue ? null : MaxLength,
        };

    /// <summary>Tokens of an encoding.</summary>
    public int MaxLength => _texts.MaxLength;

    /// <summary>
    /// The engine runs a block at a time. Rows that stand for many texts come fewer at a time, so that memory stays bounded.
    /// </summary>
    public ReadOptions Blocks(ReadOptions reading) =>
        reading with
        {
            RowsPerBlock = Math.Max(1, (Engine?.BlockRows ?? 1_024) / Task.CallsPerRow),
            BytesPerBlock = Math.Max(1, reading.BytesPerBlock / Task.CallsPerRow),
        };

    public FeatureTask CreateTask() => FeatureTasks.Create(_task);

    public TextEncoder CreateEncoder() => _texts.CreateEncoder(_tokenizer, Task.Encoding);

    /// <param name="spec">The spec.</param>
    /// <param name="plan">The launcher's plan, if there is one.</param>
    /// <param name="paths">Where the model folder is.</param>
    /// <param name="log">Told of the device and the model.</param>
    /// <param name="loading">The folder's tokenizer where somebody has begun to load it; null: it is loaded here.</param>
    /// <param name="create">Makes the engine; null: of the model, on this machine's devices.</param>
    /// <exception cref="PJobException">The model is missing or cannot be used (exit code 4), or the spec asks for what it cannot do
    /// (2).</exception>
    public static LoadedModel Load(
        JobSpec spec,
        WorkPlan? plan,
        ContainerPaths paths,
        ILogger log,
        Task<Tokenizer>? loading = null,
        Func<ModelFolder, EngineOptions, InferenceEngine>? create = null
    )
    {
        if (!Directory.Exists(paths.Model) || !Directory.EnumerateFileSystemEntries(paths.Model).Any())
        {
            throw new PJobException($"no model: expected a Hugging Face model folder in {paths.Model}", ExitCode.Model);
        }

        if (!TaskTable.Of(spec.Task).RunsModel)
        {
            var tokens = TokenizerOf(paths.Model);
            var plain = TextPreparation.Of(spec, null, tokens);
            return new(tokens, Parts(null, tokens, plain), plain, null);
        }

        var asked = ModelOptions.Of(spec);
        var model = ModelFolder.Open(paths.Model, asked with { ModelFile = asked.ModelFile ?? plan?.ModelFile });
        var tokenizer = TokenizerOf(model.EncoderFolder, model.TokenizerRole);
        var texts = TextPreparation.Of(spec, model, tokenizer);
        var options = new EngineOptions
        {
            Task = spec.Task,
            Embed = EmbedOptions.From(spec.Embed, model.PromptTokens(tokenizer, texts.Prompt)),
            Device = spec.Compute.Device,
            MaxLength = texts.MaxLength,
            TokenBudget = spec.Compute.TokenBudget ?? plan?.TokenBudget,
            AllowBatchDependent = spec.Compute.AllowBatchDependent,
            Deduplicate = spec.Compute.Dedup,
            Log = message =>
                log.Write(
                    message.Warning ? Serilog.Events.LogEventLevel.Warning : Serilog.Events.LogEventLevel.Information,
                    "{Text:l}",
                    message.Text
                ),
        };
        var loaded = new LoadedModel(tokenizer, Parts(model, tokenizer, texts), texts, (model, options), create);
        if (loaded.Task is EmbedTask { QuantizedSize: { } size } && size != loaded.Engine!.Output.Width)
        {
            var width = loaded.Engine.Output.Width;
            loaded.Dispose();
            throw new PJobException(
                $"embed.precision: the graph gives {width} dimensions, expected {size}; fix: embed.dimensions: {width}",
                ExitCode.BadSpec
            );
        }

        var source = model.Sources.FirstOrDefault(one => one.File == loaded.Engine!.ModelFile);
        loaded.Warnings =
        [
            .. ModelWarnings.Of(spec, model, source, tokenizer.VocabularySize, texts.MaxLength, texts.Limit),
            .. loaded.Engine!.Resolved.BatchDependent == true ? [BatchDependent] : Array.Empty<JobWarning>(),
        ];
        foreach (var warning in loaded.Warnings)
        {
            log.Warning("{Text:l} ({WarningCode:l})", warning.Message, warning.Code);
        }

        log.Information(
            "Model {ModelType:l} on {Device:l}, max_length {MaxLength}",
            model.ModelType,
            loaded.Engine!.DeviceSummary,
            texts.MaxLength
        );
        return loaded;

        TaskParts Parts(ModelFolder? folder, Tokenizer with, TextPreparation preparation) =>
            new(spec, folder, with, preparation.MaxLength, preparation.Prompt, paths);

        Tokenizer TokenizerOf(string folder, TextRole role = TextRole.None) =>
            loading is null || folder != paths.Model || role != TextRole.None
                ? Tokenizer.Load(folder, role)
                : loading.GetAwaiter().GetResult();
    }

    /// <summary>Adds device and batches to a report.</summary>
    public HostReport Describe(HostReport report)
    {
        if (Engine is not { } engine)
        {
            return report with { Device = "none (tokenize)", MaxLength = MaxLength == int.MaxValue ? 0 : MaxLength };
        }

        var stats = engine.Stats;
        return report with
        {
            Device = Names.Of(engine.Device),
            DeviceReason = engine.DeviceSummary,
            Provider = engine.Provider,
            Placement = engine.Placement,
            RealTokens = stats.RealTokens,
            PaddedTokens = stats.PaddedTokens,
            DuplicateRows = stats.DuplicateRows,
            RetriedRows = stats.RetriedRows,
            Halvings = stats.Halvings,
            Recreations = stats.Recreations,
            ModelFile = engine.ModelFile?.Name,
            ModelFileReason = engine.ModelFileReason,
            TokenBudget = engine.TokenBudget,
            DeviceUtilisation = Math.Round(stats.Busy, 4),
            MaxLength = MaxLength,
            Resolved = Resolved,
            Warnings = Warnings,
        };
    }

    public void Dispose() => Engine?.Dispose();
}
