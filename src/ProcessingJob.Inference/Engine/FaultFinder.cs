using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>Finds the layer in which NaN or infinity first appears, by looking at what every layer gives.</summary>
static class FaultFinder
{
    const string ExternalFolder = "session.model_external_initializers_file_folder_path";

    /// <returns>The layer, or null where it cannot be found: all is finite, or the graph does not run with so many outputs.</returns>
    public static string? Find(ModelFolder model, ModelGraph graph, OrtSettings settings, EncodingBuffer block, int encoding)
    {
        try
        {
            var path = graph.Source.Path;
            var probe = graph.Bytes is { } bytes ? OnnxProbe.Of(bytes) : OnnxSummaryReader.WithBytes(path, OnnxProbe.Of);
            using var options = (settings with { Optimize = false }).ToSessionOptions(allOnDevice: false);
            options.AddSessionConfigEntry(ExternalFolder, Path.GetDirectoryName(path)!);
            using var weights = new SessionWeights(options, graph.Weights, settings.Profile.WeightsInPlace);
            using var session = new InferenceSession(probe.Model, options);
            return FirstBroken(model, graph, session, probe, block, encoding);
        }
        catch (Exception e) when (e is OnnxRuntimeException or InvalidDataException or IOException or Contract.PJobException)
        {
            return null;
        }
    }

    static string? FirstBroken(
        ModelFolder model,
        ModelGraph graph,
        InferenceSession session,
        OnnxProbe probe,
        EncodingBuffer block,
        int encoding
    )
    {
        string[] names = [.. probe.Steps.Select(step => step.Output).Distinct()];
        using var values = GraphRun.Outputs(model, graph, session, block, encoding, names);
        var broken = names.Zip(values).Where(pair => !IsFinite(pair.Second)).Select(pair => pair.First).ToHashSet();
        return probe.Steps.FirstOrDefault(step => broken.Contains(step.Output))?.Layer;
    }

    static bool IsFinite(OrtValue value) =>
        value.GetTensorTypeAndShape().ElementDataType switch
        {
            TensorElementType.Float => AreFinite(value.GetTensorDataAsSpan<float>()),
            TensorElementType.Float16 => AreFinite(MemoryMarshal.Cast<Float16, Half>(value.GetTensorDataAsSpan<Float16>())),
            TensorElementType.BFloat16 => AreFinite(value.GetTensorDataAsSpan<BFloat16>()),
            _ => true,
        };

    static bool AreFinite<T>(ReadOnlySpan<T> values)
        where T : INumberBase<T> => values.IsEmpty || TensorPrimitives.IsFiniteAll(values);

    static bool AreFinite(ReadOnlySpan<BFloat16> values)
    {
        foreach (var value in values)
        {
            if (!BFloat16.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
