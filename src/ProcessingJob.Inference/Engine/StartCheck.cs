using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Engine;

/// <summary>What the checks before the first batch have found.</summary>
/// <param name="BatchDependent">Whether results depend on the batch; null: not known.</param>
/// <param name="Placement">Where the graph's nodes run; null: not looked at.</param>
sealed record StartFindings(bool? BatchDependent, GraphPlacement? Placement);

/// <summary>All that is tried of a model on its devices before the first batch.</summary>
static class StartCheck
{
    /// <param name="model">The folder.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="head">What is read of the graph.</param>
    /// <param name="devices">Sessions over the graph, of one kind; the first stands for all of them.</param>
    /// <param name="rules">How blocks are cut.</param>
    /// <param name="settings">Of the first device.</param>
    /// <param name="options">Of the engine.</param>
    /// <exception cref="PJobException">Model: the model does not compute there what it should. Failed: a device is lost.</exception>
    public static StartFindings Run(
        ModelFolder model,
        ModelGraph graph,
        OutputHead head,
        IReadOnlyList<IDevice> devices,
        BatchRules rules,
        OrtSettings settings,
        EngineOptions options
    )
    {
        try
        {
            var batchDependent = options.CheckModel
                ? BatchGate.Check(model, graph, devices[0], head.Output, rules.MaxLength, settings, options)
                : null;
            if (!settings.Profile.CheckAtStart)
            {
                return new StartFindings(batchDependent, null);
            }

            GraphPlacement? placement = null;
            if (options.CheckModel)
            {
                placement = Place(model, graph, head, rules.MaxLength, settings, options);
                NumericGate.Check(model, graph, devices[0], head, settings, rules.MaxLength);
            }

            foreach (var device in devices)
            {
                if (!WarmUp.Run(device, head.Output, rules with { Alone = batchDependent == true }))
                {
                    options.Log?.Invoke(
                        new EngineMessage(true, $"{device.Name}: {rules.TokenBudget} tokens do not fit; batches will be halved")
                    );
                }
            }

            return new StartFindings(batchDependent, placement);
        }
        catch (DeviceLostException e)
        {
            throw InferenceEngine.Lost("a device", e);
        }
    }

    /// <summary>Where the graph's nodes run, with what could be faster told.</summary>
    /// <exception cref="PJobException">Model: the model's work would fall to the CPU.</exception>
    public static GraphPlacement Place(
        ModelFolder model,
        ModelGraph graph,
        OutputHead head,
        int maxLength,
        OrtSettings settings,
        EngineOptions options
    )
    {
        if (graph.Source is OnnxSource { File: { Precision: WeightPrecision.Float32 } file })
        {
            options.Log?.Invoke(
                new EngineMessage(
                    false,
                    $"{file.Name} is float32, which a GPU computes slower than float16; fix: add the folder's safetensors"
                )
            );
        }

        var (placement, slow) = PlacementProbe.Run(model, graph, head, settings, maxLength);
        foreach (var warning in slow)
        {
            options.Log?.Invoke(new EngineMessage(true, warning));
        }

        return placement;
    }
}
