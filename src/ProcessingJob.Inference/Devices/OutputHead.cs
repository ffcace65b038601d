using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Inference.Devices;

/// <summary>Which outputs of a graph a device reads, and what it makes of them. Immutable.</summary>
abstract class OutputHead
{
    /// <summary>What comes of it for one encoding.</summary>
    public abstract ModelOutput Output { get; }

    /// <summary>The graph's outputs that are read, all of one shape.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Dimensions of each of them for a batch.</summary>
    public abstract long[] Shape(int rows, int length);

    /// <summary>Texts of the largest batch.</summary>
    public virtual int MostRows => int.MaxValue;

    /// <summary>Whether outputs are read by <see cref="DeviceGraph"/> on every device, also where they would be at hand.</summary>
    public virtual bool NeedsDeviceGraph => false;

    /// <summary>What the job's options and the folder came to, as far as this head decides it.</summary>
    public virtual ResolvedSettings Settings => new();

    /// <summary>Makes what one thread needs to read the outputs on the host.</summary>
    public abstract IOutputReader CreateReader();

    /// <summary>
    /// An ONNX model that goes on with the first output where it is, so that it never leaves the device; null: there is none.
    /// </summary>
    /// <param name="half">Whether the output is float16 and not float.</param>
    public virtual byte[]? DeviceGraph(bool half) => null;

    /// <summary>Makes what one thread needs to run <see cref="DeviceGraph"/>.</summary>
    /// <param name="session">Of that graph.</param>
    /// <param name="capacity">Padded tokens of the largest batch.</param>
    public virtual IDeviceReader CreateDeviceReader(InferenceSession session, int capacity) =>
        throw new InvalidOperationException("there is no graph that goes on on the device");
}

/// <summary>Makes results of outputs on the host. Not thread-safe.</summary>
interface IOutputReader
{
    /// <param name="batch">What was run.</param>
    /// <param name="output">Index of the output in <see cref="OutputHead.Names"/>.</param>
    /// <param name="values">The output's floats.</param>
    /// <param name="results">Row by row, each of <see cref="ModelOutput.Floats"/> of the batch's length.</param>
    void Read(in Batch batch, int output, ReadOnlySpan<float> values, Span<float> results);
}

/// <summary>Makes results of an output on the device. Not thread-safe.</summary>
interface IDeviceReader : IDisposable
{
    /// <param name="batch">What was run.</param>
    /// <param name="output">The first output, where the device left it.</param>
    /// <param name="results">As for <see cref="IOutputReader"/>.</param>
    void Read(in Batch batch, OrtValue output, Span<float> results);
}
