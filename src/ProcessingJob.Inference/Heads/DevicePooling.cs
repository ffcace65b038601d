using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// Pools token embeddings by the second session (<see cref="PoolingGraph"/>): they are bound where they are, and only the pooled rows
/// come to the host.
/// </summary>
sealed class DevicePooling : IDeviceReader
{
    readonly InferenceSession _session;
    readonly PoolingMode[] _linear;
    readonly int[] _places;
    readonly int _parts;
    readonly EmbedPlan _plan;
    readonly EmbedFinish _finish;
    readonly float[] _pooled;
    readonly PinnedTensor<float> _weights;
    readonly PinnedTensor<float> _mask;
    readonly PinnedTensor<float> _result;
    readonly OrtIoBinding _binding;
    readonly RunOptions _runOptions = new();

    public DevicePooling(EmbedPlan plan, InferenceSession session, int capacity)
    {
        (_plan, _session) = (plan, session);
        _finish = new EmbedFinish(plan);
        _pooled = new float[plan.PooledSize];
        _linear = [.. PoolingWeights.Linear(_plan.Pooling)];
        _places = PoolingGraph.Places(_plan.Pooling);
        _parts = PoolingGraph.Parts(_plan.Pooling);
        _weights = new(capacity * Math.Max(1, _linear.Length), TensorElementType.Float);
        _mask = new(capacity, TensorElementType.Float);
        _result = new(capacity * _plan.PooledSize, TensorElementType.Float);
        _binding = _session.CreateIoBinding();
    }

    public void Read(in Batch batch, OrtValue output, Span<float> results)
    {
        var pooled = Pool(batch, output);
        for (var r = 0; r < batch.Rows; r++)
        {
            Reorder(pooled.Slice(r * _parts * _plan.EncoderWidth, _parts * _plan.EncoderWidth), _pooled);
            _finish.Apply(_pooled, results.Slice(r * _plan.Width, _plan.Width));
        }
    }

    /// <summary>Rows x parts x hidden floats, parts in the graph's order; valid until the next call.</summary>
    ReadOnlySpan<float> Pool(in Batch batch, OrtValue tokens)
    {
        var (rows, length) = (batch.Rows, batch.Length);
        for (var r = 0; r < rows; r++)
        {
            var real = batch.Block.Length(batch.Encodings[r]);
            for (var m = 0; m < _linear.Length; m++)
            {
                PoolingWeights.Fill(
                    _linear[m],
                    real,
                    _plan.PromptTokens,
                    _weights.Span(rows * _linear.Length * length).Slice((r * _linear.Length + m) * length, length)
                );
            }

            if (_parts > _linear.Length)
            {
                PoolingWeights.FillMask(real, _plan.PromptTokens, _mask.Span(rows * length).Slice(r * length, length));
            }
        }

        using var weightView = _weights.View(rows, Math.Max(1, _linear.Length), length);
        using var maskView = _mask.View(rows, length, 1);
        using var resultView = _result.View(rows, _parts, _plan.EncoderWidth);
        _binding.BindInput(PoolingGraph.Tokens, tokens);
        if (_linear.Length > 0)
        {
            _binding.BindInput(PoolingGraph.Weights, weightView);
        }

        if (_parts > _linear.Length)
        {
            _binding.BindInput(PoolingGraph.Mask, maskView);
        }

        _binding.BindOutput(PoolingGraph.Pooled, resultView);
        _session.RunOnce(_runOptions, _binding);

        return _result.Span(rows * _parts * _plan.EncoderWidth);
    }

    /// <summary>From the graph's order of parts to that of the modes.</summary>
    void Reorder(ReadOnlySpan<float> graphOrder, Span<float> pooled)
    {
        var size = _plan.EncoderWidth;
        for (var part = 0; part < _places.Length; part++)
        {
            graphOrder.Slice(_places[part] * size, size).CopyTo(pooled[(part * size)..]);
        }
    }

    public void Dispose()
    {
        _binding.Dispose();
        _runOptions.Dispose();
    }
}
