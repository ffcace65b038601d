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

    readonly OrtDevice device;
    readonly HeadPlan head;
    readonly EncoderInputs inputs;
    readonly RunOptions runOptions = new();
    readonly OrtIoBinding binding;
    readonly Dictionary<(int Rows, int Length), Shape> shapes = [];
    readonly PinnedTensor<float>[] outputs = [];
    readonly PinnedTensor<Half>[] halfOutputs = [];
    readonly float[] widened = [];
    readonly float[] pooled = [];
    readonly EmbedFinish? finish;
    readonly DevicePooling? devicePooling;

    public OrtRunner(OrtDevice device)
    {
        (this.device, head) = (device, device.Head);
        binding = device.Session.CreateIoBinding();
        inputs = new EncoderInputs(device.File, device.Config.PadId, device.Config.FirstPosition, device.Capacity);
        if (head.Embed is { } plan)
        {
            finish = new EmbedFinish(plan);
            pooled = new float[plan.PooledSize];
        }

        if (device.PoolOnDevice)
        {
            devicePooling = new DevicePooling(device);
            return;
        }

        var floats = head.ElementWidth * device.Capacity;
        if (device.HalfOutputs)
        {
            halfOutputs = [.. head.Outputs.Select(_ => new PinnedTensor<Half>(floats, TensorElementType.Float16))];
            widened = new float[floats];
        }
        else
        {
            outputs = [.. head.Outputs.Select(_ => new PinnedTensor<float>(floats, TensorElementType.Float))];
        }
    }

    public void Run(in Batch batch, Span<float> output)
    {
        try
        {
            inputs.Fill(batch);
            Bind(ShapeFor(batch.Rows, batch.Length));
            device.Session.RunWithBinding(runOptions, binding);
            binding.SynchronizeBoundOutputs();
            if (devicePooling is not null) FromDevice(batch, output);
            else FromHost(batch, output);
        }
        catch (OnnxRuntimeException e)
        {
            throw OrtFailures.Translate(e, device.Name, device.File.Path);
        }
        finally
        {
            // A binding keeps what it holds on the device: the inputs' copies and the outputs.
            binding.ClearBoundInputs();
            binding.ClearBoundOutputs();
        }
    }

    public void Dispose()
    {
        ForgetShapes();
        devicePooling?.Dispose();
        binding.Dispose();
        runOptions.Dispose();
    }

    // On a GPU it is the binding that copies the inputs over.
    void Bind(Shape shape)
    {
        for (var i = 0; i < shape.Inputs.Length; i++) binding.BindInput(inputs.Names[i], shape.Inputs[i]);
        for (var o = 0; o < head.Outputs.Count; o++)
        {
            if (devicePooling is not null) binding.BindOutputToDevice(head.Outputs[o], devicePooling.Memory);
            else binding.BindOutput(head.Outputs[o], shape.Outputs[o]);
        }
    }

    void FromDevice(in Batch batch, Span<float> output)
    {
        using var values = binding.GetOutputValues();
        var result = devicePooling!.Pool(batch, values[0]);
        var parts = pooled.Length;
        for (var r = 0; r < batch.Rows; r++)
        {
            devicePooling.Reorder(result.Slice(r * parts, parts), pooled);
            finish!.Apply(pooled, output.Slice(r * head.Width, head.Width));
        }
    }

    void FromHost(in Batch batch, Span<float> output)
    {
        for (var o = 0; o < head.Outputs.Count; o++)
        {
            var perRow = head.ElementWidth * (head.PerToken ? batch.Length : 1);
            var values = Floats(o, batch.Rows * perRow);
            for (var r = 0; r < batch.Rows; r++)
            {
                var row = values.Slice(r * perRow, perRow);
                switch (head.Shape)
                {
                    case OutputShape.TokenEmbeddings:
                        TokenPooling.Pool(row, batch.Window.Length(batch.Encodings[r]), head.Embed!, pooled);
                        finish!.Apply(pooled, output.Slice(r * head.Width, head.Width));
                        break;
                    case OutputShape.SentenceEmbedding:
                        finish!.Apply(row, output.Slice(r * head.Width, head.Width));
                        break;
                    case OutputShape.Logits:
                        row.CopyTo(output[(r * head.Width)..]);
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
        if (outputs.Length > 0) return outputs[output].Span(count);
        TensorPrimitives.ConvertToSingle(halfOutputs[output].Span(count), widened);
        return widened.AsSpan(0, count);
    }

    Shape ShapeFor(int rows, int length)
    {
        if (shapes.TryGetValue((rows, length), out var known)) return known;
        if (shapes.Count == MaxShapes) ForgetShapes();
        long[] dimensions = head.Shape switch
        {
            OutputShape.TokenEmbeddings => [rows, length, head.ElementWidth],
            OutputShape.StartEnd => [rows, length],
            _ => [rows, head.ElementWidth],
        };
        OrtValue[] results = devicePooling is not null ? []
            : outputs.Length > 0 ? Array.ConvertAll(outputs, o => o.View(dimensions))
            : Array.ConvertAll(halfOutputs, o => o.View(dimensions));
        return shapes[(rows, length)] = new Shape(inputs.Views(rows, length), results);
    }

    void ForgetShapes()
    {
        foreach (var shape in shapes.Values) shape.Dispose();
        shapes.Clear();
    }

    /// <summary>The same memory seen as tensors of one shape.</summary>
    sealed record Shape(OrtValue[] Inputs, OrtValue[] Outputs) : IDisposable
    {
        public void Dispose()
        {
            foreach (var value in Inputs) value.Dispose();
            foreach (var value in Outputs) value.Dispose();
        }
    }
}
