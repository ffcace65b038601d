using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ProcessingJob.Inference;

/// <summary>
/// Pools token embeddings by the second session (<see cref="PoolingGraph"/>): they are bound where they are, and only the pooled rows
/// come to the host.
/// </summary>
sealed class DevicePooling : IDisposable
{
    readonly InferenceSession _session;
    readonly Pooling[] _linear;
    readonly int[] _places;
    readonly EmbedPlan _plan;
    readonly PinnedTensor<float> _weights;
    readonly PinnedTensor<float> _mask;
    readonly PinnedTensor<float> _result;
    readonly OrtIoBinding _binding;
    readonly RunOptions _runOptions = new();

    public DevicePooling(OrtDevice device)
    {
        _session = device.Pooling!;
        _plan = device.Head.Embed!;
        _linear = [.. PoolingWeights.Linear(_plan.Pooling)];
        var order = PoolingGraph.PartOrder(_plan.Pooling);
        _places = Array.ConvertAll(order, mode => order.Count(m => m < mode));
        _weights = new(device.Capacity * Math.Max(1, _linear.Length), TensorElementType.Float);
        _mask = new(device.Capacity, TensorElementType.Float);
        _result = new(device.Capacity * _plan.PooledSize, TensorElementType.Float);
        Memory = device.OutputMemory();
        _binding = _session.CreateIoBinding();
    }

    /// <summary>Where the token embeddings must be.</summary>
    public OrtMemoryInfo Memory { get; }

    /// <summary>Rows x parts x hidden floats, parts in the graph's order; valid until the next call.</summary>
    public ReadOnlySpan<float> Pool(in Batch batch, OrtValue tokens)
    {
        var (rows, length) = (batch.Rows, batch.Length);
        for (var r = 0; r < rows; r++)
        {
            var real = batch.Window.Length(batch.Encodings[r]);
            for (var m = 0; m < _linear.Length; m++)
            {
                PoolingWeights.Fill(
                    _linear[m],
                    real,
                    _plan.PromptTokens,
                    _weights.Span(rows * _linear.Length * length).Slice((r * _linear.Length + m) * length, length)
                );
            }

            if (_places.Length > _linear.Length)
            {
                PoolingWeights.FillMask(real, _plan.PromptTokens, _mask.Span(rows * length).Slice(r * length, length));
            }
        }

        using var weightView = _weights.View(rows, Math.Max(1, _linear.Length), length);
        using var maskView = _mask.View(rows, length, 1);
        using var resultView = _result.View(rows, _places.Length, _plan.HiddenSize);
        _binding.BindInput(PoolingGraph.Tokens, tokens);
        if (_linear.Length > 0)
        {
            _binding.BindInput(PoolingGraph.Weights, weightView);
        }

        if (_places.Length > _linear.Length)
        {
            _binding.BindInput(PoolingGraph.Mask, maskView);
        }

        _binding.BindOutput(PoolingGraph.Pooled, resultView);
        try
        {
            _session.RunWithBinding(_runOptions, _binding);
            _binding.SynchronizeBoundOutputs();
        }
        finally
        {
            _binding.ClearBoundInputs();
            _binding.ClearBoundOutputs();
        }

        return _result.Span(rows * _plan.PooledSize);
    }

    /// <summary>From the graph's order of parts to that of <see cref="Pooling"/>.</summary>
    public void Reorder(ReadOnlySpan<float> graphOrder, Span<float> pooled)
    {
        var size = _plan.HiddenSize;
        for (var part = 0; part < _places.Length; part++)
        {
            graphOrder.Slice(part * size, size).CopyTo(pooled[(_places[part] * size)..]);
        }
    }

    public void Dispose()
    {
        _binding.Dispose();
        _runOptions.Dispose();
    }
}
