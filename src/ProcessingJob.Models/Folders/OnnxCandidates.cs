using ProcessingJob.Contract;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>Finds the ONNX files of a model folder and chooses among them.</summary>
static class OnnxCandidates
{
    /// <summary>Folders, relative to the model's, in which exporters put ONNX files.</summary>
    static readonly string[] Folders = ["", "onnx"];

    /// <summary>
    /// All files that can be read. One that was asked for is the only one looked at; otherwise files that are no model
    /// (names that do not begin with "model", while others do) and broken ones are left out with a note.
    /// </summary>
    /// <exception cref="PJobException">Model: there is none, or the one asked for cannot be used.</exception>
    public static IReadOnlyList<OnnxCandidate> Find(string folder, string transformerPath, string? asked, List<string> notes)
    {
        if (asked is not null)
        {
            if (System.IO.Path.IsPathRooted(asked) || asked.Split('/', '\\').Contains(".."))
            {
                throw new PJobException($"model_file {asked} must be relative to the model folder {folder}.", ExitCode.BadSpec);
            }

            var path = System.IO.Path.Combine(folder, asked);
            return File.Exists(path)
                ? [Read(folder, path)]
                : throw new PJobException(
                    $"model_file {asked} is not in {folder}; there {Listing([.. Paths(folder, transformerPath)], folder)}.",
                    ExitCode.Model
                );
        }

        var paths = Paths(folder, transformerPath).ToArray();
        if (paths.Length == 0)
        {
            throw new PJobException(
                $"{folder} has no .onnx file (looked in it and in onnx/). Export the model to ONNX first, e.g. with optimum-cli, or take a repository that has one.",
                ExitCode.Model
            );
        }

        var named = paths.Where(p => System.IO.Path.GetFileName(p).StartsWith("model", StringComparison.Ordinal)).ToArray();
        var candidates = new List<OnnxCandidate>();
        PJobException? refused = null;
        foreach (var path in named.Length > 0 ? named : paths)
        {
            try
            {
                candidates.Add(Read(folder, path));
            }
            catch (PJobException e)
            {
                refused ??= e;
                notes.Add(e.Message);
            }
        }

        return candidates.Count > 0 ? [.. candidates.OrderBy(c => Rank(c, DeviceKind.Cpu))] : throw refused!;
    }

    /// <summary>The best for a device: the order of <see cref="Rank"/>.</summary>
    public static OnnxCandidate Choose(IReadOnlyList<OnnxCandidate> candidates, DeviceKind device) =>
        candidates.MinBy(c => Rank(c, device))!;

    // A CPU computes in float32: float16 files are only slower there. A GPU is several times faster in float16. Quantised files change
    // the result, so they are taken only when nothing else is there. A plain graph before an optimised one: ONNX Runtime optimises it
    // for this very machine.
    static (int Precision, bool Optimized, string Name) Rank(OnnxCandidate candidate, DeviceKind device)
    {
        ReadOnlySpan<WeightPrecision> order = device switch
        {
            DeviceKind.Cuda => [WeightPrecision.Float16, WeightPrecision.Float32, WeightPrecision.Quantized],
            DeviceKind.Cpu or DeviceKind.Auto => [WeightPrecision.Float32, WeightPrecision.Quantized, WeightPrecision.Float16],
        };
        return (order.IndexOf(candidate.File.Precision), candidate.File.Optimized, candidate.File.Name);
    }

    static IEnumerable<string> Paths(string folder, string transformerPath) =>
        Folders
            .Concat(transformerPath.Length > 0 ? [transformerPath] : [])
            .Select(f => System.IO.Path.Combine(folder, f))
            .Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.onnx").Order(StringComparer.Ordinal))
            .Distinct();

    static OnnxCandidate Read(string folder, string path)
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
                $"{path}: the graph asks for {string.Join(", ", unknown)}; an encoder of texts has only {string.Join(", ", ModelInputs.Names)}.",
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
        return new OnnxCandidate(new OnnxFile(name, summary.Precision, summary.Optimized, bytes), path, summary, external);
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
