using System.Numerics.Tensors;
using ProcessingJob.Contract;
using ProcessingJob.Models.Modules;

namespace ProcessingJob.Inference.Heads;

/// <summary>What is done to every token of a text before the pooling. One per thread: it keeps memory from text to text.</summary>
sealed class TokenStages(IReadOnlyList<SentenceModule> modules, int inputWidth)
{
    readonly VectorStage?[] _stages = [.. modules.Select(m => m is WordWeightsModule ? null : VectorStage.Of(m))];
    float[] _front = [];
    float[] _back = [];

    /// <param name="tokens">Length x input width floats.</param>
    /// <param name="ids">Of the tokens.</param>
    /// <param name="weights">Sum of the tokens' weights where a module gives them weights; else null.</param>
    /// <returns>Length x the last stage's width; valid until the next call.</returns>
    public ReadOnlySpan<float> Apply(ReadOnlySpan<float> tokens, ReadOnlySpan<int> ids, out float? weights)
    {
        weights = null;
        var width = inputWidth;
        for (var s = 0; s < _stages.Length; s++)
        {
            var outputs = _stages[s]?.Outputs(width) ?? width;
            var target = Buffer(ref _front, ids.Length * outputs);
            if (_stages[s] is { } stage)
            {
                for (var t = 0; t < ids.Length; t++)
                {
                    stage.Apply(tokens.Slice(t * width, width), target.Slice(t * outputs, outputs));
                }
            }
            else
            {
                weights = Weigh(((WordWeightsModule)modules[s]).ById, tokens, ids, width, target);
            }

            tokens = target;
            width = outputs;
            (_front, _back) = (_back, _front);
        }

        return tokens;
    }

    static float Weigh(float[] byId, ReadOnlySpan<float> tokens, ReadOnlySpan<int> ids, int width, Span<float> target)
    {
        var sum = 0f;
        for (var t = 0; t < ids.Length; t++)
        {
            if ((uint)ids[t] >= (uint)byId.Length)
            {
                throw new PJobException(
                    $"WordWeights has weights of {byId.Length} tokens, found the id {ids[t]}: it is of another tokenizer",
                    ExitCode.Model
                );
            }

            var weight = byId[ids[t]];
            sum += weight;
            TensorPrimitives.Multiply(tokens.Slice(t * width, width), weight, target.Slice(t * width, width));
        }

        return sum;
    }

    static Span<float> Buffer(ref float[] memory, int floats)
    {
        if (memory.Length < floats)
        {
            memory = new float[floats + floats / 4];
        }

        return memory.AsSpan(0, floats);
    }
}
