using System.Numerics.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>
/// Runs the same made-up texts alone and in ragged batches: a text's result must not depend on what it shares a batch with. It does where
/// scales are taken over a whole batch (dynamic quantization) and where a mask was lost.
/// </summary>
static class BatchGate
{
    /// <summary>Short, so that a start costs little, and within the smallest token budget as a pair.</summary>
    static readonly int[] Lengths = [8, 5, 2];

    /// <summary>
    /// Of the largest value. Float32 kernels stay below 1e-5 in any batch, quantized scales move results by 1e-3 at least.
    /// </summary>
    const double Float32Limit = 2e-4;

    /// <summary>GPUs choose other kernels, and other roundings, for other shapes; a lost mask moves results by much more.</summary>
    const double HalfLimit = 5e-2;

    /// <returns>True: the results depend on the batch, which the options allow; null: the texts could not be run.</returns>
    /// <exception cref="PJobException">Model: they do, or none of them is finite.</exception>
    /// <exception cref="DeviceLostException">The device is lost for good.</exception>
    public static bool? Check(
        ModelFolder model,
        ModelGraph graph,
        IDevice device,
        ModelOutput output,
        int maxLength,
        OrtSettings settings,
        EngineOptions options
    )
    {
        var file = graph.Source;
        var block = MadeUpTexts.Of(model, maxLength, Lengths, seed: 5);
        double difference;
        try
        {
            difference = Difference(device, output, block);
        }
        catch (Exception e) when (e is PJobException or DeviceMemoryException || (e is DeviceLostException && settings.Profile.Revives))
        {
            // The texts are made up: what is wrong with the model shows in the job's own.
            options.Log?.Invoke(new EngineMessage(true, $"the start-up test of batches could not run: {e.Message}"));
            return null;
        }

        if (double.IsNaN(difference))
        {
            var layer = FaultFinder.Find(model, graph, settings, block, 0) is { } found ? $", first in {found}" : "";
            throw new PJobException(
                $"{file.Path}: the model is broken: every result is NaN or infinity{layer}; fix: use another model file "
                    + "(compute.model_file)",
                ExitCode.Model
            );
        }

        var half = file.File.Precision is WeightPrecision.Float16 or WeightPrecision.Bfloat16;
        if (difference <= (half ? HalfLimit : Float32Limit))
        {
            return false;
        }

        return options.AllowBatchDependent
            ? true
            : throw new PJobException(
                $"{file.Path} ({file.File.Precision.Words()}): a text's result depends on the other texts of its batch: alone and "
                    + $"in a batch it differs by {difference:P1} of the largest value; fix: use a float32 or safetensors file "
                    + "(compute.model_file), or compute.allow_batch_dependent: true, which runs one text per call",
                ExitCode.Model
            );
    }

    /// <summary>The largest difference between a text's results alone and in a batch, of the largest value; NaN where no text alone gives a
    /// finite result.</summary>
    public static double Difference(IDevice device, ModelOutput output, EncodingBuffer block)
    {
        using var runner = device.CreateRunner();
        float[][] alone = [.. Enumerable.Range(0, block.Count).Select(i => Run(runner, output, block, i)[0])];
        if (!alone.Any(IsFinite))
        {
            return double.NaN;
        }

        var largest = Math.Max(1e-6, alone.Where(IsFinite).Max(values => values.Max(MathF.Abs)));
        var worst = 0.0;
        for (var other = 1; other < block.Count; other++)
        {
            foreach (var (expected, found) in new[] { alone[0], alone[other] }.Zip(Run(runner, output, block, 0, other)))
            {
                if (IsFinite(expected))
                {
                    var difference = IsFinite(found)
                        ? expected.Zip(found, (a, b) => Math.Abs((double)a - b)).Max() / largest
                        : double.PositiveInfinity;
                    worst = Math.Max(worst, difference);
                }
            }
        }

        return worst;
    }

    static float[][] Run(IRunner runner, ModelOutput output, EncodingBuffer block, params int[] encodings)
    {
        var length = encodings.Max(block.Length);
        var floats = output.Floats(length);
        var results = new float[encodings.Length * floats];
        runner.Run(new Batch(block, encodings, length), results);
        return [.. encodings.Select((encoding, row) => WithoutPadding(results.AsSpan(row * floats, floats), block.Length(encoding)))];

        float[] WithoutPadding(ReadOnlySpan<float> row, int tokens)
        {
            var values = new float[output.Floats(tokens)];
            output.CopyReal(row, length, tokens, values);
            return values;
        }
    }

    static bool IsFinite(float[] values) => TensorPrimitives.IsFiniteAll<float>(values);
}
