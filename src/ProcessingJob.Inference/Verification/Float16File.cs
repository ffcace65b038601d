using ProcessingJob.Contract;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Verification;

/// <summary>Makes the float16 file that a GPU prefers out of a model folder's float32 one, and keeps it only if it computes the same.</summary>
public static class Float16File
{
    /// <summary>
    /// Writes <c>NAME_fp16.onnx</c> beside the float32 file NAME.onnx: weights and arithmetic in float16, about half the size, external data
    /// included. What a GPU rounds differently shows in <see cref="ModelVerifier"/> there.
    /// </summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="options">Task, pooling and device of the check.</param>
    /// <returns>The file's name relative to the folder, and how it compared.</returns>
    /// <exception cref="PJobException">Model: there is no float32 file, it cannot be converted, or float16 does not hold its numbers.</exception>
    public static (string Name, Comparison Result) Create(string folder, EngineOptions options)
    {
        var model = ModelFolder.Open(folder, new ModelOptions { Task = options.Task });
        if (model.Sources.OfType<OnnxSource>().FirstOrDefault(c => c.File.Precision == WeightPrecision.Float16) is { } there)
        {
            throw new PJobException(
                $"{folder} has a float16 file already: {there.File.Name}. Remove it to have it made anew.",
                ExitCode.Model
            );
        }

        var full =
            model.Sources.OfType<OnnxSource>().FirstOrDefault(c => c.File.Precision == WeightPrecision.Float32)
            ?? throw new PJobException(
                $"{folder} has no float32 .onnx file to make a float16 one of, only {string.Join(", ", model.Files.Select(f => f.Name))}",
                ExitCode.Model
            );
        // External data is written in, and a protobuf message ends at 2 GiB.
        if (full.File.Bytes / 2 > int.MaxValue)
        {
            throw new PJobException(
                $"{full.Path}: its {full.File.Bytes / 1e9:N1} GB make a float16 file of more than the 2 GiB that one .onnx file can have",
                ExitCode.Model
            );
        }

        var name = Path.ChangeExtension(full.File.Name, null) + "_fp16.onnx";
        var unfinished = name + ".part";
        try
        {
            Write(full.Path, Path.Combine(folder, unfinished));
            var converted = ModelFolder.Open(folder, new ModelOptions { Task = options.Task, ModelFile = unfinished }).Sources[0];
            var result = ModelVerifier.Verify(model, full, converted, options) with { Name = $"{name} vs {full.File.Name}" };
            if (!result.Passed)
            {
                throw new PJobException(
                    $"{full.Path}: float16 does not hold this model: cosine {result.MinCosine:F6} to float32, expected at least {result.Required}. Nothing was written; GPUs compute it in float32.",
                    ExitCode.Model
                );
            }

            File.Move(Path.Combine(folder, unfinished), Path.Combine(folder, name));
            return (name, result);
        }
        finally
        {
            File.Delete(Path.Combine(folder, unfinished));
        }
    }

    static void Write(string from, string to)
    {
        try
        {
            using var file = File.Create(to);
            OnnxSummaryReader.WithBytes(from, model => Float16Converter.Convert(model, Path.GetDirectoryName(from)!)).WriteTo(file);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"{from}: cannot be converted to float16: {e.Message}.", ExitCode.Model, e);
        }
    }
}
