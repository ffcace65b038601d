using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>
/// An ONNX Runtime session on a CPU or a GPU, called from several threads at once. The weights are held once.
/// </summary>
sealed class OrtDevice : IDevice
{
    readonly ModelFolder _model;
    readonly OrtSettings _settings;
    InferenceSession _session;
    InferenceSession? _pooling;

    /// <param name="model">The folder.</param>
    /// <param name="file">Which of its ONNX files.</param>
    /// <param name="head">What is read of its outputs.</param>
    /// <param name="settings">Where and how it runs.</param>
    /// <param name="callers">Threads that will call it.</param>
    /// <param name="capacity">Padded tokens of the largest batch.</param>
    /// <param name="poolOnDevice">Pool by a second session on the same device, so that token embeddings never leave it.</param>
    /// <exception cref="PJobException">Model: ONNX Runtime cannot open the file.</exception>
    public OrtDevice(
        ModelFolder model,
        OnnxCandidate file,
        HeadPlan head,
        OrtSettings settings,
        int callers,
        int capacity,
        bool poolOnDevice
    )
    {
        (_model, File, Head, _settings, Callers, Capacity) = (model, file, head, settings, callers, capacity);
        PoolOnDevice = poolOnDevice && head.Shape == OutputShape.TokenEmbeddings;
        Name = settings.Kind == DeviceKind.Cpu ? "cpu" : $"cuda:{settings.DeviceId}";
        (_session, _pooling) = Open();
    }

    public string Name { get; }

    public int Callers { get; }

    public OnnxCandidate File { get; }

    public HeadPlan Head { get; }

    public int Capacity { get; }

    public bool PoolOnDevice { get; }

    /// <summary>Whether the outputs are float16 and not float.</summary>
    public bool HalfOutputs => ElementType(_session) == TensorElementType.Float16;

    public ModelConfig Config => _model.Config;

    public InferenceSession Session => _session;

    public InferenceSession? Pooling => _pooling;

    /// <summary>Where token embeddings stay when they are pooled on the device.</summary>
    public OrtMemoryInfo OutputMemory() =>
        _settings.Kind == DeviceKind.Cpu ? OrtMemoryInfo.DefaultInstance : CudaProvider.Memory(_settings.DeviceId);

    public IRunner CreateRunner() => new OrtRunner(this);

    public void Recreate()
    {
        Dispose();
        (_session, _pooling) = Open();
    }

    public void Dispose()
    {
        _session.Dispose();
        _pooling?.Dispose();
    }

    TensorElementType ElementType(InferenceSession encoder) => encoder.OutputMetadata[Head.Outputs[0]].ElementDataType;

    (InferenceSession, InferenceSession?) Open()
    {
        try
        {
            using var options = _settings.ToSessionOptions();
            var encoder = new InferenceSession(File.Path, options);
            if (ElementType(encoder) is not (TensorElementType.Float or TensorElementType.Float16) and var other)
            {
                throw new PJobException($"{File.Path}: {Head.Outputs[0]} has type {other}, expected float or float16.", ExitCode.Model);
            }

            if (!PoolOnDevice)
            {
                return (encoder, null);
            }

            using var poolingOptions = _settings.ToSessionOptions();
            var graph = PoolingGraph.Build(Head.Embed!.Pooling, Head.ElementWidth, ElementType(encoder) == TensorElementType.Float16);
            return (encoder, new InferenceSession(graph, poolingOptions));
        }
        catch (OnnxRuntimeException e)
        {
            throw new PJobException($"{File.Path}: ONNX Runtime cannot open it on {Name}: {e.Message}", ExitCode.Model, e);
        }
    }
}
