using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Heads;
using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Launcher.Reading;

/// <summary>Reads a model folder for people and programs.</summary>
public static class ModelInspector
{
    // Texts of a folder, such as prompts, are written as they are.
    static readonly ReadingJson Json = new(
        new JsonSerializerOptions(ReadingJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
    );

    /// <summary>Reads the folder as every task would.</summary>
    /// <exception cref="PJobException">Model: no task can use it.</exception>
    public static ModelReading Read(string path)
    {
        // Most tasks read one and the same folder; a tokenizer that is refused is refused to all of them.
        var loaded = new Dictionary<string, Lazy<Tokenizer>>(StringComparer.Ordinal);
        Tokenizer TokenizerOf(string folder, TextRole role)
        {
            if (!loaded.TryGetValue(folder, out var tokenizer))
            {
                tokenizer = new Lazy<Tokenizer>(() => Tokenizer.Load(folder));
                loaded[folder] = tokenizer;
            }

            return tokenizer.Value;
        }

        var uses = Enum.GetValues<TaskKind>().Select(task => Try(task, path, TokenizerOf)).ToArray();
        if (Array.TrueForAll(uses, use => use.Refusal is not null))
        {
            throw Array.Find(uses, use => use.Task != TaskKind.Tokenize).Refusal!;
        }

        var fits = uses.Where(use => use.Use is not null).Select(use => use.Use!).ToArray();
        var own = TaskOf(path);
        var best =
            fits.FirstOrDefault(use => use.Folder is { } folder && folder.Task == own)
            ?? fits.FirstOrDefault(use => use.Folder is not null);
        var reading = new ModelReading
        {
            Folder = path,
            Task = best?.Folder!.Task,
            Tokenizer = Of(fits[0].Tokenizer.Describe()),
            Tasks =
            [
                .. uses.Select(use => new TaskReading(
                    use.Task,
                    use.Use is not null,
                    use.Use is { } fit ? Result(use.Task, fit) : use.Refusal!.Message
                )),
            ],
        };
        return best is null ? Unused(reading, path) : With(reading, best);
    }

    /// <summary>UTF-8 JSON.</summary>
    public static byte[] ToJson(ModelReading reading) => JsonSerializer.SerializeToUtf8Bytes(reading, Json.ModelReading);

    /// <summary>The task that the folder is for; null where it does not say.</summary>
    static TaskKind? TaskOf(string path)
    {
        try
        {
            return ModelFolder.TaskOf(path);
        }
        catch (PJobException)
        {
            return null;
        }
    }

    static (TaskKind Task, ModelUse? Use, PJobException? Refusal) Try(
        TaskKind task,
        string path,
        Func<string, TextRole, Tokenizer> tokenizerOf
    )
    {
        try
        {
            return (task, ModelUse.Read(new JobSpec { Task = task }, path, tokenizerOf), null);
        }
        catch (PJobException e)
        {
            return (task, null, e);
        }
    }

    static ModelReading With(ModelReading reading, ModelUse use)
    {
        var model = use.Folder!;
        var limit = use.Tokenizer.MaxLength;
        var pooling = model.Sentence?.Modules.OfType<PoolingModule>().FirstOrDefault();
        return reading with
        {
            Family = model.ModelType,
            Architecture = model.Config.Architecture,
            Head = HeadOf(model.Config.Architecture),
            Kind = model.Sentence is { } sentence ? Names.Of(sentence.Kind) : null,
            HiddenSize = model.HiddenSize,
            Modules = [.. (model.Sentence?.Modules ?? []).Select(m => new ModuleReading(m.Name, m.Summary))],
            ModulesFrom =
                model.Sentence is null ? null
                : model.Sentence.HasModules ? "modules.json"
                : "guessed",
            Pooling = use.Resolved.Pooling is { } modes
                ? new PoolingReading(
                    modes,
                    PoolingOrigin(model, use.Source, pooling),
                    model.IncludePrompt,
                    use.Resolved.Normalize!.Value,
                    use.Resolved.Dimensions
                )
                : null,
            MaxLength = new LengthReading(model.DefaultLengthWith(limit), model.LengthOrigin(limit)),
            Prompts = model.Prompts,
            DefaultPrompt = model.DefaultPromptName,
            Similarity = model.Route is null ? null : model.Similarity,
            Labels = model.Labels,
            ProblemType = model.ProblemType,
            Graphs = [.. model.Sources.Select(source => Of(model, source))],
            Warnings = use.Warnings,
        };
    }

    static string PoolingOrigin(ModelFolder model, ModelSource? source, PoolingModule? pooling) =>
        source is not null && GraphOutputs.PoolsInside(model, source) ? source.File.Name
        : pooling?.File is { } file ? Path.GetRelativePath(model.Path, file).Replace('\\', '/')
        : model.Sentence!.HasModules ? "modules.json"
        : "guessed";

    static GraphReading Of(ModelFolder model, ModelSource source)
    {
        DeviceKind[] devices = [DeviceKind.Cpu, DeviceKind.Cuda];
        var (inputs, problem) = InputsOf(source);
        return new GraphReading(
            source.File.Name,
            source is SafetensorsSource ? "safetensors" : "onnx",
            Names.Of(source.File.Precision),
            source.File.Bytes,
            [.. devices.Where(device => model.IsChosen(source, device)).Select(Names.Of)],
            [.. inputs.Select(Of)],
            [.. source.Outputs.Select(Of)],
            problem
        );
    }

    static (IReadOnlyList<GraphValue> Inputs, string? Problem) InputsOf(ModelSource source)
    {
        try
        {
            return (source.ReadInputs(), null);
        }
        catch (PJobException e)
        {
            return ([], e.Message);
        }
    }

    static PortReading Of(GraphValue value) =>
        new(
            value.Name,
            value.ElementType switch
            {
                OnnxGraphWriter.Float => "float32",
                OnnxGraphWriter.Float16 => "float16",
                OnnxGraphWriter.Int32 => "int32",
                OnnxGraphWriter.Int64 => "int64",
                var other => $"{other}",
            },
            value.Dimensions
        );

    static TokenizerReading Of(TokenizerDescription d) =>
        new(
            d.Model,
            d.Source,
            d.Normalizer,
            d.PreTokenizer,
            d.PostProcessor,
            d.VocabularySize,
            d.AddedTokens,
            d.SpecialTokens.DistinctBy(t => t.Token).ToDictionary(t => t.Token, t => t.Id, StringComparer.Ordinal),
            d.MaxLength,
            d.Notes
        );

    /// <summary>What each task makes of a folder that fits, in words.</summary>
    static readonly Dictionary<TaskKind, Func<ModelUse, string>> Results = new()
    {
        [TaskKind.Embed] = use =>
            $"vectors of {use.Resolved.Dimensions?.ToString(CultureInfo.InvariantCulture) ?? "some"} floats, pooling "
            + $"{use.Resolved.Pooling}, "
            + $"{(use.Resolved.Normalize == true ? "length 1" : "not normalized")}",
        [TaskKind.Sparse] = use =>
            $"weights of {use.Folder!.Route?.Width ?? use.Folder.VocabularySize} entries"
            + (use.Folder.Work is SparseRoute { TopK: { } most } ? $", the {most} largest" : ""),
        [TaskKind.Multivector] = use => $"vectors of {((MultivectorRoute)use.Folder!.Work!).Width} floats, one for each token",
        [TaskKind.Classify] = use => Labels(use.Folder!) + (use.Folder!.Activation is { } activation ? $"; {Names.Of(activation)}" : ""),
        [TaskKind.Tag] = use => "entities of " + Labels(use.Folder!),
        [TaskKind.Rerank] = use => $"a score for a query and a document; {Names.Of(use.Folder!.Sentence!.Activation)}",
        [TaskKind.Answer] = _ => "spans of a context that answer a question",
        [TaskKind.Tokenize] = use => "ids of tokens" + (use.Resolved.MaxLength is { } most ? $", at most {most}" : ", texts are not cut"),
    };

    static string Result(TaskKind task, ModelUse use) => Results[task](use);

    static string Labels(ModelFolder model) =>
        $"{model.Labels.Count} labels: {string.Join(", ", model.Labels.Take(8))}{(model.Labels.Count > 8 ? ", …" : "")}";

    /// <summary>Of a model that only its tokenizer is used of.</summary>
    static ModelReading Unused(ModelReading reading, string path)
    {
        var file = Path.Combine(path, "config.json");
        if (!File.Exists(file))
        {
            return reading;
        }

        var config = ModelConfig.Read(file);
        return reading with
        {
            Family = config.ModelType,
            Architecture = config.Architecture,
            Head = HeadOf(config.Architecture),
            HiddenSize = config.HiddenSize,
        };
    }

    static string? HeadOf(string? architecture) =>
        (architecture is null ? GraphHead.None : HeadChoice.Find(architecture)) is { } head ? Names.Of(head) : null;
}
