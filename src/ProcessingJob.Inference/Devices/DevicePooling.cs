using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ProcessingJob.Inference;

/// <summary>
/// Pools token embeddings by the second session (<see cref="PoolingGraph"/>): they are bound where they are, and only the pooled rows
/// come to the host.
/// </summary>
sealed class DevicePooling : IDisposable
{
    readonly InferenceSession session;
    readonly Pooling[] linear;
    readonly int[] places;
    readonly EmbedPlan plan;
    readonly PinnedTensor<float> weights;
    readonly PinnedTensor<float> mask;
    readonly PinnedTensor<float> result;
    readonly OrtIoBinding binding;
    readonly RunOptions runOptions = new();

    public DevicePooling(OrtDevice device)
    {
        session = device.Pooling!;
        plan = device.Head.Embed!;
        linear = [.. PoolingWeights.Linear(plan.Pooling)];
        var order = PoolingGraph.PartOrder(plan.Pooling);
        places = Array.ConvertAll(order, mode => order.Count(m => m < mode));
        weights = new(device.Capacity * Math.Max(1, linear.Length), TensorElementType.Float);
        mask = new(device.Capacity, TensorElementType.Float);
        result = new(device.Capacity * plan.PooledSize, TensorElementType.Float);
        Memory = device.OutputMemory();
        binding = session.CreateIoBinding();
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
            for (var m = 0; m < linear.Length; m++)
                PoolingWeights.Fill(linear[m], real, plan.PromptTokens, weights.Span(rows * linear.Length * length).Slice((r * linear.Length + m) * length, length));
            if (places.Length > linear.Length) PoolingWeights.FillMask(real, plan.PromptTokens, mask.Span(rows * length).Slice(r * length, length));
        }

        using var weightView = weights.View(rows, Math.Max(1, linear.Length), length);
        using var maskView = mask.View(rows, length, 1);
        using var resultView = result.View(rows, places.Length, plan.HiddenSize);
        binding.BindInput(PoolingGraph.Tokens, tokens);
        if (linear.Length > 0) binding.BindInput(PoolingGraph.Weights, weightView);
        if (places.Length > linear.Length) binding.BindInput(PoolingGraph.Mask, maskView);
        binding.BindOutput(PoolingGraph.Pooled, resultView);
        try
        {
            session.RunWithBinding(runOptions, binding);
            binding.SynchronizeBoundOutputs();
        }
        finally
        {
            binding.ClearBoundInputs();
            binding.ClearBoundOutputs();
        }

        return result.Span(rows * plan.PooledSize);
    }

    /// <summary>From the graph's order of parts to that of <see cref="Pooling"/>.</summary>
    public void Reorder(ReadOnlySpan<float> graphOrder, Span<float> pooled)
    {
        var size = plan.HiddenSize;
        for (var part = 0; part < places.Length; part++)
            graphOrder.Slice(part * size, size).CopyTo(pooled[(places[part] * size)..]);
    }

    public void Dispose()
    {
        binding.Dispose();
        runOptions.Dispose();
    }
}
