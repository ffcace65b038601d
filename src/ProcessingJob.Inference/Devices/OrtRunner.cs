using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ProcessingJob.Inference.Devices;

/// <summary>
/// One thread's way to an <see cref="OrtDevice"/>: inputs and outputs are bound to memory allocated once, the same way on a CPU and a GPU.
/// </summary>
sealed class OrtRunner : IRunner
{
    /// <summary>Shapes whose tensors are kept; beyond that all are made anew.</summary>
    const int MaxShapes = 512;

    readonly OrtDevice _device;
    readonly OutputHead _head;
    readonly EncoderInputs _inputs;
    readonly RunOptions _runOptions = new();
    readonly OrtIoBinding _binding;
    readonly Dictionary<(int Rows, int Length), Shape> _shapes = [];
    readonly PinnedTensor<float>[] _outputs = [];
    readonly PinnedTensor<Half>[] _halfOutputs = [];
    readonly float[] _widened = [];
    readonly IOutputReader? _reader;
    readonly IDeviceReader? _deviceReader;

    public OrtRunner(OrtDevice device)
    {
        (_device, _head) = (device, device.Head);
        _binding = device.Session.CreateIoBinding();
        _inputs = new EncoderInputs(device.Graph, device.Config.PadId, device.Config.FirstPosition, device.Capacity);
        if (device.Continuation is { } continuation)
        {
            _deviceReader = _head.CreateDeviceReader(continuation, device.Capacity);
            return;
        }

        _reader = _head.CreateReader();
        // The largest batch is a single row or many short ones.
        var floats = checked(
            (int)Math.Max(Count(_head.Shape(1, device.Capacity)), Count(_head.Shape(Math.Min(device.Capacity, _head.MostRows), 1)))
        );
        if (device.HalfOutputs)
        {
            _halfOutputs = [.. _head.Names.Select(_ => new PinnedTensor<Half>(floats, TensorElementType.Float16))];
            _widened = new float[floats];
        }
        else
        {
            _outputs = [.. _head.Names.Select(_ => new PinnedTensor<float>(floats, TensorElementType.Float))];
        }
    }

    public void Run(in Batch batch, Span<float> output)
    {
        try
        {
            _inputs.Fill(batch);
            Bind(ShapeFor(batch.Rows, batch.Length));
            _device.Session.RunWithBinding(_runOptions, _binding);
            _binding.SynchronizeBoundOutputs();
            if (_deviceReader is not null)
            {
                using var values = _binding.GetOutputValues();
                _deviceReader.Read(batch, values[0], output);
            }
            else
            {
                ReadOnHost(batch, output);
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw OrtFailures.Translate(e, _device.Name, _device.Graph.Source.Path);
        }
        finally
        {
            // A binding keeps what it holds on the device: the inputs' copies and the outputs.
            _binding.ClearBoundInputs();
            _binding.ClearBoundOutputs();
        }
    }

    public void Dispose()
    {
        ForgetShapes();
        _deviceReader?.Dispose();
        _binding.Dispose();
        _runOptions.Dispose();
    }

    // On a GPU it is the binding that copies the inputs over.
    void Bind(Shape shape)
    {
        for (var i = 0; i < shape.Inputs.Length; i++)
        {
            _binding.BindInput(_inputs.Names[i], shape.Inputs[i]);
        }

        for (var o = 0; o < _head.Names.Count; o++)
        {
            if (_deviceReader is not null)
            {
                _binding.BindOutputToDevice(_head.Names[o], _device.OutputMemory());
            }
            else
            {
                _binding.BindOutput(_head.Names[o], shape.Outputs[o]);
            }
        }
    }

    void ReadOnHost(in Batch batch, Span<float> output)
    {
        var floats = (int)Count(_head.Shape(batch.Rows, batch.Length));
        for (var o = 0; o < _head.Names.Count; o++)
        {
            _reader!.Read(batch, o, Floats(o, floats), output);
        }
    }

    static long Count(long[] shape)
    {
        var count = 1L;
        foreach (var dimension in shape)
        {
            count *= dimension;
        }

        return count;
    }

    ReadOnlySpan<float> Floats(int output, int count)
    {
        if (_outputs.Length > 0)
        {
            return _outputs[output].Span(count);
        }

        TensorPrimitives.ConvertToSingle(_halfOutputs[output].Span(count), _widened);
        return _widened.AsSpan(0, count);
    }

    Shape ShapeFor(int rows, int length)
    {
        if (_shapes.TryGetValue((rows, length), out var known))
        {
            return known;
        }

        if (_shapes.Count == MaxShapes)
        {
            ForgetShapes();
        }

        var dimensions = _head.Shape(rows, length);
        var results =
            _deviceReader is not null ? []
            : _outputs.Length > 0 ? Array.ConvertAll(_outputs, o => o.View(dimensions))
            : Array.ConvertAll(_halfOutputs, o => o.View(dimensions));
        return _shapes[(rows, length)] = new Shape(_inputs.Views(rows, length), results);
    }

    void ForgetShapes()
    {
        foreach (var shape in _shapes.Values)
        {
            shape.Dispose();
        }

        _shapes.Clear();
    }

    /// <summary>The same memory seen as tensors of one shape.</summary>
    sealed record Shape(OrtValue[] Inputs, OrtValue[] Outputs) : IDisposable
    {
        public void Dispose()
        {
            foreach (var value in Inputs)
            {
                value.Dispose();
            }

            foreach (var value in Outputs)
            {
                value.Dispose();
            }
        }
    }
}
