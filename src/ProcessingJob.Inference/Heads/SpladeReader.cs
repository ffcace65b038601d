using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>Pools logits by the second session (<see cref="SpladeGraph"/>): only the pooled weights come to the host.</summary>
sealed class SpladeReader : IDeviceReader
{
    readonly InferenceSession _session;
    readonly int _size;
    readonly float _real;
    readonly float _padding;
    readonly PinnedTensor<float> _mask;
    readonly PinnedTensor<float> _one = new(1, TensorElementType.Float);
    readonly PinnedTensor<float> _result;
    readonly OrtIoBinding _binding;
    readonly RunOptions _runOptions = new();

    /// <param name="session">Of the graph.</param>
    /// <param name="pooling">How it pools.</param>
    /// <param name="size">Entries of the vocabulary.</param>
    /// <param name="capacity">Padded tokens of the largest batch.</param>
    /// <param name="mostRows">Texts of the largest batch.</param>
    public SpladeReader(InferenceSession session, SpladePoolingModule pooling, int size, int capacity, int mostRows)
    {
        (_session, _size) = (session, size);
        (_real, _padding) = pooling.Sum ? (1, 0) : (0, SpladeGraph.Below);
        _mask = new(capacity, TensorElementType.Float);
        _result = new(Math.Min(capacity, mostRows) * size, TensorElementType.Float);
        _one.Span(1)[0] = 1;
        _binding = session.CreateIoBinding();
    }

    public void Read(in Batch batch, OrtValue output, Span<float> results)
    {
        var mask = _mask.Span(batch.PaddedTokens);
        for (var r = 0; r < batch.Rows; r++)
        {
            var row = mask.Slice(r * batch.Length, batch.Length);
            var real = batch.Block.Length(batch.Encodings[r]);
            row[..real].Fill(_real);
            row[real..].Fill(_padding);
        }

        using var maskView = _mask.View(batch.Rows, batch.Length, 1);
        using var oneView = _one.View(1);
        using var resultView = _result.View(batch.Rows, _size);
        _binding.BindInput(SpladeGraph.Logits, output);
        _binding.BindInput(SpladeGraph.Mask, maskView);
        _binding.BindInput(SpladeGraph.One, oneView);
        _binding.BindOutput(SpladeGraph.Weights, resultView);
        _session.RunOnce(_runOptions, _binding);

        _result.Span(batch.Rows * _size).CopyTo(results);
    }

    public void Dispose()
    {
        _binding.Dispose();
        _runOptions.Dispose();
    }
}
