using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ProcessingJob.Inference;

/// <summary>
/// One caller of an <see cref="OrtDevice"/>: inputs and outputs are bound to memory allocated once, the same way on a CPU and a GPU.
/// </summary>
sealed class OrtRunner : IRunner
{
    /// <summary>Shapes whose tensors are kept; beyond that all are made anew.</summary>
    const int MaxShapes = 512;

    readonly OrtDevice _device;
    readonly HeadPlan _head;
    readonly EncoderInputs _inputs;
    readonly RunOptions _runOptions = new();
    readonly OrtIoBinding _binding;
    readonly Dictionary<(int Rows, int Length), Shape> _shapes = [];
    readonly PinnedTensor<float>[] _outputs = [];
    readonly PinnedTensor<Half>[] _halfOutputs = [];
    readonly float[] _widened = [];
    readonly float[] _pooled = [];
    readonly EmbedFinish? _finish;
    readonly DevicePooling? _devicePooling;

    public OrtRunner(OrtDevice device)
    {
        (_device, _head) = (device, device.Head);
        _binding = device.Session.CreateIoBinding();
        _inputs = new EncoderInputs(device.File, device.Config.PadId, device.Config.FirstPosition, device.Capacity);
        if (_head.Embed is { } plan)
        {
            _finish = new EmbedFinish(plan);
            _pooled = new float[plan.PooledSize];
        }

        if (device.PoolOnDevice)
        {
            _devicePooling = new DevicePooling(device);
            return;
        }

        var floats = _head.ElementWidth * device.Capacity;
        if (device.HalfOutputs)
        {
            _halfOutputs = [.. _head.Outputs.Select(_ => new PinnedTensor<Half>(floats, TensorElementType.Float16))];
            _widened = new float[floats];
        }
        else
        {
            _outputs = [.. _head.Outputs.Select(_ => new PinnedTensor<float>(floats, TensorElementType.Float))];
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
            if (_devicePooling is not null)
            {
                FromDevice(batch, output);
            }
            else
            {
                FromHost(batch, output);
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw OrtFailures.Translate(e, _device.Name, _device.File.Path);
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
        _devicePooling?.Dispose();
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

        for (var o = 0; o < _head.Outputs.Count; o++)
        {
            if (_devicePooling is not null)
            {
                _binding.BindOutputToDevice(_head.Outputs[o], _devicePooling.Memory);
            }
            else
            {
                _binding.BindOutput(_head.Outputs[o], shape.Outputs[o]);
            }
        }
    }

    void FromDevice(in Batch batch, Span<float> output)
    {
        using var values = _binding.GetOutputValues();
        var result = _devicePooling!.Pool(batch, values[0]);
        var parts = _pooled.Length;
        for (var r = 0; r < batch.Rows; r++)
        {
            _devicePooling.Reorder(result.Slice(r * parts, parts), _pooled);
            _finish!.Apply(_pooled, output.Slice(r * _head.Width, _head.Width));
        }
    }

    void FromHost(in Batch batch, Span<float> output)
    {
        for (var o = 0; o < _head.Outputs.Count; o++)
        {
            var perRow = _head.ElementWidth * (_head.PerToken ? batch.Length : 1);
            var values = Floats(o, batch.Rows * perRow);
            for (var r = 0; r < batch.Rows; r++)
            {
                var row = values.Slice(r * perRow, perRow);
                switch (_head.Shape)
                {
                    case OutputShape.TokenEmbeddings:
                        TokenPooling.Pool(row, batch.Window.Length(batch.Encodings[r]), _head.Embed!, _pooled);
                        _finish!.Apply(_pooled, output.Slice(r * _head.Width, _head.Width));
                        break;
                    case OutputShape.SentenceEmbedding:
                        _finish!.Apply(row, output.Slice(r * _head.Width, _head.Width));
                        break;
                    case OutputShape.Logits:
                        row.CopyTo(output[(r * _head.Width)..]);
                        break;
                    case OutputShape.StartEnd:
                        row.CopyTo(output[((2 * r + o) * batch.Length)..]);
                        break;
                }
            }
        }
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

        long[] dimensions = _head.Shape switch
        {
            OutputShape.TokenEmbeddings => [rows, length, _head.ElementWidth],
            OutputShape.StartEnd => [rows, length],
            _ => [rows, _head.ElementWidth],
        };
        var results =
            _devicePooling is not null ? []
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
