using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Launcher.Reading;

/// <summary>
/// What a job does with its model folder, read as its workers read it: plan, dry run, run and init pass nothing that a worker refuses.
/// No graph is run, and no weights are kept.
/// </summary>
public sealed record ModelUse
{
    /// <summary>Null for a task that runs no model.</summary>
    public ModelFolder? Folder { get; private init; }

    public required Tokenizer Tokenizer { get; init; }

    /// <summary>What the spec left to the folder.</summary>
    public required ResolvedSettings Resolved { get; init; }

    /// <summary>What it is run from; null where no graph is run, or none was looked at.</summary>
    public ModelSource? Source { get; private init; }

    public IReadOnlyList<JobWarning> Warnings { get; private init; } = [];

    /// <param name="spec">The job.</param>
    /// <param name="path">Its model folder on this machine.</param>
    /// <param name="device">Where it runs; auto counts as the CPU.</param>
    /// <param name="hasWeights">False: the weights are elsewhere, and only what the other files say is read.</param>
    /// <exception cref="PJobException">Model: the folder cannot be used for the task. BadSpec: the spec asks for what it cannot
    /// do.</exception>
    public static ModelUse Of(JobSpec spec, string path, DeviceKind device = DeviceKind.Auto, bool hasWeights = true) =>
        Read(spec, path, Tokenizer.Load, device, hasWeights);

    /// <summary><see cref="Of"/>, for who reads one folder for several tasks.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="path">Its model folder on this machine.</param>
    /// <param name="tokenizerOf">Loads a folder's tokenizer, or gives the one that it has loaded.</param>
    /// <param name="device">Where it runs; auto counts as the CPU.</param>
    /// <param name="hasWeights">False: the weights are elsewhere, and only what the other files say is read.</param>
    internal static ModelUse Read(
        JobSpec spec,
        string path,
        Func<string, TextRole, Tokenizer> tokenizerOf,
        DeviceKind device = DeviceKind.Auto,
        bool hasWeights = true
    )
    {
        if (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new PJobException(
                $"{path}: there is no model; expected a folder with config.json, tokenizer.json and model.safetensors or an .onnx file",
                ExitCode.Model
            );
        }

        return TaskTable.Of(spec.Task).RunsModel
            ? OfModel(spec, path, tokenizerOf, device, hasWeights)
            : OfTokenizer(spec, tokenizerOf(path, TextRole.None));
    }

    static ModelUse OfTokenizer(JobSpec spec, Tokenizer tokenizer)
    {
        var length = spec.Tokens.MaxLength ?? tokenizer.MaxLength;
        return new ModelUse
        {
            Tokenizer = tokenizer,
            Resolved = new ResolvedSettings { MaxLength = length, Prompt = spec.Tokens.Prompt ?? "" },
        };
    }

    static ModelUse OfModel(JobSpec spec, string path, Func<string, TextRole, Tokenizer> tokenizerOf, DeviceKind device, bool hasWeights)
    {
        var model = ModelFolder.Open(path, ModelOptions.Of(spec) with { WithoutGraph = !hasWeights });
        var tokenizer = tokenizerOf(model.EncoderFolder, model.TokenizerRole);
        var prompt = model.Prompt(spec.Tokens.Prompt, spec.Tokens.PromptName);
        var limit = model.DefaultLengthWith(tokenizer.MaxLength);
        var maxLength = spec.Tokens.MaxLength ?? limit;
        model.RequireLength(maxLength);
        if (spec.Task == TaskKind.Answer)
        {
            var stride = spec.Tokens.Overflow == Overflow.Reject ? 0 : spec.Tokens.Stride;
            QuestionRoom.Check(tokenizer, spec.Answer.Questions, maxLength, stride);
        }

        RequireLabels(spec, model, tokenizer, maxLength);
        var resolution = model.Work is EmbedRoute route ? Resolve(spec, route) : null;
        var resolved = resolution?.Settings ?? Settings(model);
        ModelSource? source = null;
        if (!model.IsStatic && hasWeights)
        {
            source = model.SourceFor(device == DeviceKind.Auto ? DeviceKind.Cpu : device).Source;
            _ = source.ReadInputs();
            resolved = ReadOutputs(spec, model, source, resolution, leavesOutPrompt: !model.IncludePrompt && prompt.Length > 0);
        }

        return new ModelUse
        {
            Folder = model,
            Tokenizer = tokenizer,
            Resolved = resolved with { Prompt = prompt, MaxLength = maxLength },
            Source = source,
            Warnings = ModelWarnings.Of(spec, model, source, tokenizer.VocabularySize, maxLength, limit),
        };
    }

    static ResolvedSettings Settings(ModelFolder model) =>
        model.Work is MultivectorRoute tokens
            ? new ResolvedSettings { Dimensions = tokens.Width, Normalize = tokens.Normalizes }
            : new ResolvedSettings();

    static EmbedResolution Resolve(JobSpec spec, EmbedRoute route)
    {
        if (spec.Task != TaskKind.Embed)
        {
            return EmbedResolution.Of(route, null, null, null);
        }

        var normalize = spec.Embed.Normalize switch
        {
            Toggle.True => true,
            Toggle.False => false,
            Toggle.Auto => (bool?)null,
        };
        return EmbedResolution.Of(route, PoolingModes.Of(spec.Embed.Pooling), normalize, spec.Embed.Dimensions);
    }

    /// <summary>Finds the task's outputs, and what they make of the folder's settings.</summary>
    static ResolvedSettings ReadOutputs(
        JobSpec spec,
        ModelFolder model,
        ModelSource source,
        EmbedResolution? resolution,
        bool leavesOutPrompt
    )
    {
        if (resolution is null)
        {
            model.RequireOutputs(source);
            return Settings(model);
        }

        var output = GraphOutputs.ForEmbed(model, source, spec.Embed.Pooling != PoolingKind.Auto, leavesOutPrompt);
        return output.Kind != EmbedOutputKind.Sentence ? resolution.Settings
            : output.Width is { } width ? resolution.InsideTheGraph(width, spec.Embed.Dimensions).Settings
            : resolution.InsideTheGraph(resolution.Size, spec.Embed.Dimensions).Settings with { Dimensions = spec.Embed.Dimensions };
    }

    /// <summary>Labels that a job asks for, or that its candidates are judged by.</summary>
    static void RequireLabels(JobSpec spec, ModelFolder model, Tokenizer tokenizer, int maxLength)
    {
        if (spec.Task == TaskKind.Tag)
        {
            TagLabels.Require(spec.Tag, model.Labels);
        }

        if (spec.Task == TaskKind.Classify && spec.Classify.Candidates.Count > 0)
        {
            _ = Entailment.Of(model, spec.Classify.MultiLabel || spec.Classify.Candidates.Count == 1);
            QuestionRoom.CheckHypotheses(tokenizer, spec.Classify.Hypotheses, maxLength);
        }
    }
}
