using System.Numerics.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>
/// Compares a device's optimised graph with the graph as it is, in a session of its own there, on made-up tokens: fused attention has
/// been wrong before, and silently.
/// </summary>
static class NumericGate
{
    /// <exception cref="PJobException">Model: they do not agree.</exception>
    public static void Check(ModelFolder model, ModelGraph graph, IDevice device, OutputHead head, OrtSettings settings, int maxLength)
    {
        var file = graph.Source;
        var block = MadeUpTexts.Of(model, maxLength, [3, 17, 64, 256], seed: 17);
        var optimized = Directions(Run(device, head.Output, block));
        var plain = Directions(Run(model, graph, head, settings with { Optimize = false }, block));
        var required = file.File.Precision == WeightPrecision.Float32 ? 0.9999 : 0.999;
        var worst = 1.0;
        for (var i = 0; i < optimized.Length; i++)
        {
            worst = Math.Min(worst, TensorPrimitives.CosineSimilarity<float>(optimized[i], plain[i]));
        }
        if (!optimized.Concat(plain).All(row => TensorPrimitives.IsFiniteAll<float>(row)))
        {
            throw NotFinite(model, graph, settings, block);
        }

        // Written so that NaN fails too.
        if (!(worst >= required))
        {
            throw new PJobException(
                $"{file.Path}: the optimised graph is wrong on this device: cosine {worst:F5} to the graph as it is, expected "
                    + $"{required}; fix: use another model file (compute.model_file) or device: cpu, and see `pjob model verify`",
                ExitCode.Model
            );
        }
    }

    static PJobException NotFinite(ModelFolder model, ModelGraph graph, OrtSettings settings, EncodingBuffer block)
    {
        var file = graph.Source;
        var layer = Enumerable
            .Range(0, block.Count)
            .Select(i => FaultFinder.Find(model, graph, settings, block, i))
            .FirstOrDefault(found => found is not null);
        return new PJobException(
            $"{file.Path} ({file.File.Precision.Words()}) gives NaN or infinity{(layer is null ? "" : $", first in {layer}")}; "
                + "fix: use a file of another precision (compute.model_file) or device: cpu",
            ExitCode.Model
        );
    }

    /// <summary>Results row by row, in a session of its own.</summary>
    public static float[][] Run(ModelFolder model, ModelGraph graph, OutputHead head, OrtSettings settings, EncodingBuffer block)
    {
        var longest = Enumerable.Range(0, block.Count).Max(block.Length);
        using var device = new OrtDevice(model, graph, head, settings, 1, longest, settings.Profile.ReadOnDevice);
        return Run(device, head.Output, block);
    }

    static float[][] Run(IDevice device, ModelOutput output, EncodingBuffer block)
    {
        using var runner = device.CreateRunner();
        var results = new float[block.Count][];
        for (var i = 0; i < block.Count; i++)
        {
            results[i] = new float[output.Floats(block.Length(i))];
            runner.Run(new Batch(block, [i], block.Length(i)), results[i]);
        }

        return results;
    }

    /// <summary>One number has no direction: rows of one number each are compared as one.</summary>
    public static float[][] Directions(float[][] rows) =>
        rows.All(r => r.Length == 1)
            ?
            [
                [.. rows.Select(r => r[0])],
            ]
            : rows;
}
