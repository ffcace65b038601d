using ProcessingJob.Contract;
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

    /// <summary>Why it is run from that.</summary>
    public string? SourceReason { get; private init; }

    public IReadOnlyList<JobWarning> Warnings { get; private init; } = [];

    /// <param name="spec">The job.</param>
    /// <param name="path">Its model folder on this machine.</param>
    /// <param name="device">Where it runs; auto counts as the CPU.</param>
    /// <param name="hasWeights">False: the weights are elsewhere, and only what the other files say is read.</param>
    /// <exception cref="PJobException">Model: the folder cannot be used for the task. BadSpec: the spec asks for what it cannot do.</exception>
    public static ModelUse Of(JobSpec spec, string path, DeviceKind device = DeviceKind.Auto, bool hasWeights = true)
    {
        if (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new PJobException(
                $"{path}: there is no model; expected a folder with config.json, tokenizer.json and model.safetensors or an .onnx file",
                ExitCode.Model
            );
        }

        return TaskTable.Of(spec.Task).RunsModel ? OfModel(spec, path, device, hasWeights) : OfTokenizer(spec, path);
    }

    static ModelUse OfTokenizer(JobSpec spec, string path)
    {
        var tokenizer = Tokenizer.Load(path);
        var length = spec.Tokens.MaxLength ?? tokenizer.MaxLength;
        return new ModelUse
        {
            Tokenizer = tokenizer,
            Resolved = new ResolvedSettings { MaxLength = length, Prompt = spec.Tokens.Prompt ?? "" },
        };
    }

    static ModelUse OfModel(JobSpec spec, string path, DeviceKind device, bool hasWeights)
    {
        var model = ModelFolder.Open(
            path,
            new ModelOptions
            {
                ModelFile = spec.Compute.ModelFile == "auto" ? null : spec.Compute.ModelFile,
                Task = spec.Task,
                Role = spec.Embed.Role,
                WithoutGraph = !hasWeights,
            }
        );
        var tokenizer = Tokenizer.Load(model.EncoderFolder);
        var prompt = model.Prompt(spec.Tokens.Prompt, spec.Tokens.PromptName);
        var limit = model.DefaultLengthWith(tokenizer.MaxLength);
        var maxLength = spec.Tokens.MaxLength ?? limit;
        model.RequireLength(maxLength);
        if (spec.Task == TaskKind.Answer)
        {
            var stride = spec.Tokens.Overflow == Overflow.Reject ? 0 : spec.Tokens.Stride;
            QuestionRoom.Check(tokenizer, spec.Answer.Questions, maxLength, stride);
        }

        var resolved = Resolve(spec, model) with { Prompt = prompt, MaxLength = maxLength };
        var (source, why) = model.IsStatic || !hasWeights ? (null, null) : SourceOf(spec, model, device, prompt);
        return new ModelUse
        {
            Folder = model,
            Tokenizer = tokenizer,
            Resolved = resolved,
            Source = source,
            SourceReason = why,
            Warnings = ModelWarnings.Of(spec, model, source, tokenizer.VocabularySize, maxLength, limit),
        };
    }

    static ResolvedSettings Resolve(JobSpec spec, ModelFolder model)
    {
        if (model.Route is not { } route)
        {
            return new ResolvedSettings();
        }

        var normalize = spec.Embed.Normalize switch
        {
            Toggle.True => true,
            Toggle.False => false,
            Toggle.Auto => (bool?)null,
        };
        var result = EmbedResolution.Of(route, PoolingModes.Of(spec.Embed.Pooling), normalize, spec.Embed.Dimensions);
        return new ResolvedSettings
        {
            Pooling = result.Pooling.Count == 0 ? "none" : result.Pooling.Words(),
            Normalize = result.GivesUnitLength,
            Dimensions = result.Width,
        };
    }

    static (ModelSource, string) SourceOf(JobSpec spec, ModelFolder model, DeviceKind device, string prompt)
    {
        var (source, why) = model.SourceFor(device == DeviceKind.Auto ? DeviceKind.Cpu : device);
        _ = source.ReadInputs();
        switch (spec.Task)
        {
            case TaskKind.Embed:
                _ = GraphOutputs.ForEmbed(
                    model,
                    source,
                    spec.Embed.Pooling != PoolingKind.Auto,
                    leavesOutPrompt: !model.IncludePrompt && prompt.Length > 0
                );
                break;
            case TaskKind.Classify:
                _ = GraphOutputs.Labels(model, source);
                break;
            case TaskKind.Answer:
                GraphOutputs.RequireSpans(source);
                break;
        }

        return (source, why);
    }
}
