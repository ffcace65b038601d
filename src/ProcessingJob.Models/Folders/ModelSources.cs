using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Configs;
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
        ModelOptions options,
        TaskRoute work,
        ModelConfig config,
        List<string> notes
    )
    {
        var asked = options.ModelFile;
        var isOnnx = asked is null ? options.Outputs.Count + options.Inputs.Count > 0 : !SafetensorsSources.IsAsked(asked);
        var safetensors = isOnnx ? [] : SafetensorsSources.Find(folder, transformerPath, work, config);
        if (asked is not null)
        {
            return SafetensorsSources.IsAsked(asked)
                ? Asked(safetensors, folder, transformerPath, asked)
                : [Asked(folder, transformerPath, asked, options)];
        }

        var paths = Paths(folder, transformerPath).ToArray();
        if (paths.Length + safetensors.Count == 0)
        {
            if (isOnnx)
            {
                throw ModelError.Refuse(folder, "has no .onnx file, which compute.outputs and compute.inputs are for; fix: leave them out");
            }

            var encoder = System.IO.Path.Combine(folder, transformerPath);
            throw ModelError.Refuse(encoder, $"has no model.safetensors and no .onnx file; {FolderContents.InsteadOfWeights(encoder)}");
        }

        var named = paths.Where(p => System.IO.Path.GetFileName(p).StartsWith("model", StringComparison.Ordinal)).ToArray();
        var sources = new List<ModelSource>(safetensors);
        PJobException? refused = null;
        foreach (var path in named.Length > 0 ? named : paths)
        {
            try
            {
                sources.Add(Read(folder, path, options));
            }
            catch (PJobException e)
            {
                refused ??= e;
                notes.Add(e.Message);
            }
        }

        sources = options.Outputs.Count > 0 ? sources : WithOutput(sources, work);
        return sources.Count > 0 ? [.. sources.OrderBy(s => Rank(s, DeviceKind.Cpu))] : throw refused!;
    }

    /// <summary>Where the modules read what few graphs put out, only those that do; all where none does, so that each says so.</summary>
    static List<ModelSource> WithOutput(List<ModelSource> sources, TaskRoute work)
    {
        var able = sources.Where(s => work.OutputNames is not { } names || s.Outputs.Any(o => names.Contains(o.Name)));
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
                $"compute.model_file is {asked}, but {System.IO.Path.Combine(folder, transformerPath)} has no model.safetensors "
                    + "and no index of its shards",
                ExitCode.Model
            );

    static OnnxSource Asked(string folder, string transformerPath, string asked, ModelOptions options)
    {
        if (System.IO.Path.IsPathRooted(asked) || asked.Split('/', '\\').Contains(".."))
        {
            throw new PJobException($"model_file {asked} must be relative to the model folder {folder}", ExitCode.BadSpec);
        }

        var path = System.IO.Path.Combine(folder, asked);
        return File.Exists(path)
            ? Read(folder, path, options)
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

    static OnnxSource Read(string folder, string path, ModelOptions options)
    {
        OnnxSummary summary;
        try
        {
            RefusePointer(path);
            summary = OnnxSummaryReader.Read(path);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"{path}: not a usable ONNX model: {FileFault.Of(e)}", ExitCode.Model, e);
        }

        var external = ExternalData.Resolve(path, summary);
        OnnxInputs.Check(path, summary.Inputs, options.Inputs);
        if (options.Outputs.FirstOrDefault(name => summary.Outputs.All(o => o.Name != name)) is { } missing)
        {
            throw ModelError.Refuse(
                path,
                $"compute.outputs names {missing}, but the graph's outputs are {string.Join(", ", summary.Outputs.Select(o => o.Name))}"
            );
        }

        var bytes = new FileInfo(path).Length + external.Sum(e => new FileInfo(e).Length);
        var name = System.IO.Path.GetRelativePath(folder, path).Replace('\\', '/');
        return new OnnxSource(new ModelFile(name, summary.Precision, summary.Optimized, bytes), path, summary)
        {
            Constants = options.Inputs,
        };
    }

    static void RefusePointer(string path)
    {
        Span<byte> start = stackalloc byte[64];
        using var file = File.OpenRead(path);
        if (LfsPointer.Is(start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]))
        {
            throw ModelError.Refuse(path, LfsPointer.Message);
        }
    }

    static string Listing(string[] paths, string folder) =>
        paths.Length == 0 ? "is no .onnx file" : "are " + string.Join(", ", paths.Select(p => System.IO.Path.GetRelativePath(folder, p)));
}
