using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Devices;

/// <summary>
/// An ONNX Runtime session on a CPU or a GPU, called from several threads at once. The weights are held once.
/// </summary>
sealed class OrtDevice : IDevice
{
    readonly ModelFolder _model;
    readonly OrtSettings _settings;
    InferenceSession _session;
    readonly bool _readOnDevice;
    InferenceSession? _continuation;
    SessionWeights? _weights;

    /// <param name="model">The folder.</param>
    /// <param name="graph">Its graph; it must outlive this device.</param>
    /// <param name="head">What is read of its outputs.</param>
    /// <param name="settings">Where and how it runs.</param>
    /// <param name="threads">Threads that will call it.</param>
    /// <param name="capacity">Padded tokens of the largest batch.</param>
    /// <param name="readOnDevice">Go on by a second session on the same device, so that the output never leaves it.</param>
    /// <exception cref="PJobException">Model: ONNX Runtime cannot open the file.</exception>
    public OrtDevice(
        ModelFolder model,
        ModelGraph graph,
        OutputHead head,
        OrtSettings settings,
        int threads,
        int capacity,
        bool readOnDevice
    )
    {
        (_model, Graph, Head, _settings, Threads, Capacity) = (model, graph, head, settings, threads, capacity);
        _readOnDevice = readOnDevice;
        Name = settings.Profile.NameOf(settings.DeviceId);
        (_session, _continuation) = Open();
    }

    public string Name { get; }

    public int Threads { get; }

    public long? MemoryBytes => _settings.Profile.MemoryBytes(_settings.DeviceId);

    public ModelGraph Graph { get; }

    public OutputHead Head { get; }

    public int Capacity { get; }

    /// <summary>Whether the outputs are float16 and not float.</summary>
    public bool HalfOutputs => ElementType(_session) == TensorElementType.Float16;

    public ModelConfig Config => _model.Config;

    public InferenceSession Session => _session;

    /// <summary>The session of the head's own graph; null where the outputs come to the host.</summary>
    public InferenceSession? Continuation => _continuation;

    /// <summary>Where outputs stay when they are read on the device.</summary>
    public OrtMemoryInfo OutputMemory() => _settings.Profile.Memory(_settings.DeviceId);

    public IRunner CreateRunner() => new OrtRunner(this);

    public void Recreate()
    {
        Dispose();
        (_session, _continuation) = Open();
    }

    public void Dispose()
    {
        _session.Dispose();
        _continuation?.Dispose();
        _weights?.Dispose();
    }

    InferenceSession OpenEncoder(SessionOptions options)
    {
        if (Graph.Bytes is not { } model)
        {
            return new InferenceSession(Graph.Source.Path, options);
        }

        _weights = new SessionWeights(options, Graph.Weights, _settings.Profile.WeightsInPlace);
        return new InferenceSession(model, options);
    }

    TensorElementType ElementType(InferenceSession encoder) => encoder.OutputMetadata[Head.Names[0]].ElementDataType;

    (InferenceSession, InferenceSession?) Open()
    {
        try
        {
            using var options = _settings.ToSessionOptions(allOnDevice: Graph.Bytes is not null);
            var encoder = OpenEncoder(options);
            if (ElementType(encoder) is not (TensorElementType.Float or TensorElementType.Float16) and var other)
            {
                throw new PJobException(
                    $"{Graph.Source.Path}: {Head.Names[0]} has type {other}, expected float or float16",
                    ExitCode.Model
                );
            }

            if (
                !(_readOnDevice || Head.NeedsDeviceGraph)
                || Head.DeviceGraph(ElementType(encoder) == TensorElementType.Float16) is not { } continuation
            )
            {
                return (encoder, null);
            }

            using var graphOptions = _settings.ToSessionOptions(allOnDevice: true);
            return (encoder, new InferenceSession(continuation, graphOptions));
        }
        catch (OnnxRuntimeException e) when (OrtFailures.IsMemory(e))
        {
            throw new PJobException(
                $"{Name} has not enough memory for the weights of {Graph.Source.Path}"
                    + DeviceMemory.Words(this)
                    + $"; fix: take an instance type with more GPU memory ({e.Message})",
                ExitCode.Model,
                e
            );
        }
        catch (OnnxRuntimeException e)
        {
            throw new PJobException($"{Graph.Source.Path}: ONNX Runtime cannot open it on {Name}: {e.Message}", ExitCode.Model, e);
        }
    }
}
