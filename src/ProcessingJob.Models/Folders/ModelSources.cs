using ProcessingJob.Contract;
using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>Finds the ways to run a model folder, and ranks them for a device.</summary>
static class ModelSources
{
    /// <summary>Folders, relative to the model's, in which exporters put ONNX files.</summary>
    static readonly string[] Folders = ["", "onnx"];

    /// <summary>
    /// All that can be used, the best for a CPU first. One that was asked for is the only one looked at; otherwise ONNX files that are no
    /// model (names that do not begin with "model", while others do) and broken ones are left out with a note.
    /// </summary>
    /// <exception cref="PJobException">Model: there is none, or the one asked for cannot be used.</exception>
    public static IReadOnlyList<ModelSource> Find(
        string folder,
        string transformerPath,
        string? asked,
        TaskKind task,
        ModelConfig config,
        EmbedRoute? route,
        List<string> notes
    )
    {
        var safetensors =
            asked is null || SafetensorsSources.IsAsked(asked) ? SafetensorsSources.Find(folder, transformerPath, task, config, route) : [];
        if (asked is not null)
        {
            return SafetensorsSources.IsAsked(asked)
                ? Asked(safetensors, folder, transformerPath, asked)
                : [Asked(folder, transformerPath, asked)];
        }

        var paths = Paths(folder, transformerPath).ToArray();
        if (paths.Length + safetensors.Count == 0)
        {
            throw new PJobException(
                $"{folder} has no model.safetensors and no .onnx file (looked in it and in onnx/); fix: save the model as safetensors",
                ExitCode.Model
            );
        }

        var named = paths.Where(p => System.IO.Path.GetFileName(p).StartsWith("model", StringComparison.Ordinal)).ToArray();
        var sources = new List<ModelSource>(safetensors);
        PJobException? refused = null;
        foreach (var path in named.Length > 0 ? named : paths)
        {
            try
            {
                sources.Add(Read(folder, path));
            }
            catch (PJobException e)
            {
                refused ??= e;
                notes.Add(e.Message);
            }
        }

        sources = WithOutput(sources, route);
        return sources.Count > 0 ? [.. sources.OrderBy(s => Rank(s, DeviceKind.Cpu))] : throw refused!;
    }

    /// <summary>Where the modules read what few graphs put out, only those that do; all where none does, so that each says so.</summary>
    static List<ModelSource> WithOutput(List<ModelSource> sources, EmbedRoute? route)
    {
        var able = sources.Where(s => route is null || route.OutputNames is not { } names || s.Outputs.Any(o => names.Contains(o.Name)));
        return able.Any() ? [.. able] : sources;
    }

    static readonly WeightPrecision[] CpuOrder =
    [
        WeightPrecision.Float32,
        WeightPrecision.WeightOnly,
        WeightPrecision.Float16,
        WeightPrecision.QuantizedStatic,
        WeightPrecision.QuantizedDynamic,
        WeightPrecision.Bfloat16,
    ];

    static readonly WeightPrecision[] CudaOrder = [WeightPrecision.Float16, WeightPrecision.Bfloat16, WeightPrecision.Float32];

    // A CPU computes in float32: float16 files are only slower there, and its .onnx file costs no building. A GPU is several times faster
    // in float16, and fastest with the operators that its kernels are made for, which are those of our own graphs. Quantized files change
    // the result, so they are taken only when nothing else is there, and never on a GPU, which has no kernels for most of their operators.
    // A plain graph before an optimized one: ONNX Runtime optimizes it for this very machine.
    public static (int Precision, bool Built, bool Optimized, string Name) Rank(ModelSource source, DeviceKind device)
    {
        var built = source is SafetensorsSource;
        var order = device switch
        {
            DeviceKind.Cuda => CudaOrder,
            DeviceKind.Cpu or DeviceKind.Auto => CpuOrder,
        };
        return (Array.IndexOf(order, source.File.Precision), built != (device == DeviceKind.Cuda), source.File.Optimized, source.File.Name);
    }

    static IReadOnlyList<ModelSource> Asked(IReadOnlyList<ModelSource> safetensors, string folder, string transformerPath, string asked) =>
        safetensors.Count > 0
            ? safetensors
            : throw new PJobException(
                $"compute.model_file is {asked}, but {System.IO.Path.Combine(folder, transformerPath)} has no model.safetensors and no index of its shards",
                ExitCode.Model
            );

    static OnnxSource Asked(string folder, string transformerPath, string asked)
    {
        if (System.IO.Path.IsPathRooted(asked) || asked.Split('/', '\\').Contains(".."))
        {
            throw new PJobException($"model_file {asked} must be relative to the model folder {folder}", ExitCode.BadSpec);
        }

        var path = System.IO.Path.Combine(folder, asked);
        return File.Exists(path)
            ? Read(folder, path)
            : throw new PJobException(
                $"model_file {asked} is not in {folder}; there {Listing([.. Paths(folder, transformerPath)], folder)}",
                ExitCode.Model
            );
    }

    static IEnumerable<string> Paths(string folder, string transformerPath) =>
        Folders
            .Concat(transformerPath.Length > 0 ? [transformerPath] : [])
            .Select(f => System.IO.Path.Combine(folder, f))
            .Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.onnx").Order(StringComparer.Ordinal))
            .Distinct();

    static OnnxSource Read(string folder, string path)
    {
        OnnxSummary summary;
        try
        {
            summary = OnnxSummaryReader.Read(path);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"{path}: not a usable ONNX model: {e.Message}.", ExitCode.Model, e);
        }

        var external = ExternalData.Resolve(path, summary);
        var unknown = summary.Inputs.Where(i => !ModelInputs.Names.Contains(i.Name)).Select(i => i.Name).ToArray();
        if (unknown.Length > 0)
        {
            throw new PJobException(
                $"{path}: the graph asks for {string.Join(", ", unknown)}; an encoder of texts has only {string.Join(", ", ModelInputs.Names)}",
                ExitCode.Model
            );
        }

        if (summary.Inputs.All(i => i.Name != ModelInputs.InputIds))
        {
            throw new PJobException($"{path}: the graph has no input {ModelInputs.InputIds}.", ExitCode.Model);
        }

        foreach (var input in summary.Inputs)
        {
            CheckInput(path, input);
        }

        var bytes = new FileInfo(path).Length + external.Sum(e => new FileInfo(e).Length);
        var name = System.IO.Path.GetRelativePath(folder, path).Replace('\\', '/');
        return new OnnxSource(new ModelFile(name, summary.Precision, summary.Optimized, bytes), path, summary, external);
    }

    static void CheckInput(string path, GraphValue input)
    {
        if (input.ElementType is not (OnnxGraphWriter.Int64 or OnnxGraphWriter.Int32))
        {
            throw new PJobException($"{path}: {input.Name} has element type {input.ElementType}, expected int64 or int32.", ExitCode.Model);
        }

        if (input.Dimensions.Any(d => d > 0))
        {
            throw new PJobException(
                $"{path}: {input.Name} has the fixed shape [{string.Join(", ", input.Dimensions.Select(d => d > 0 ? $"{d}" : "any"))}], but batches have any number of rows and any length. Export the model with dynamic axes for both.",
                ExitCode.Model
            );
        }
    }

    static string Listing(string[] paths, string folder) =>
        paths.Length == 0 ? "is no .onnx file" : "are " + string.Join(", ", paths.Select(p => System.IO.Path.GetRelativePath(folder, p)));
}
