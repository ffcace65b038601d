using ProcessingJob.Contract;

namespace ProcessingJob.Models.Graphs;

/// <summary>What flows between layers, for models that embed by an inner layer or by a mean of several.</summary>
sealed partial class GraphBuilder
{
    readonly List<Value> _hiddenStates = [];

    /// <summary>A family calls it with the embeddings and with what each layer gives; returns the same value.</summary>
    public Value HiddenState(Value x)
    {
        _hiddenStates.Add(x);
        return x;
    }

    /// <summary>
    /// Weighted sum of hidden states as transformers counts them: 0 is the embeddings, the last is <paramref name="last"/>.
    /// </summary>
    /// <exception cref="PJobException">Model: the family does not name its layers, or there is no such layer.</exception>
    public Value SumOfHiddenStates(IReadOnlyList<(int Layer, float Weight)> weights, Value last)
    {
        Value? sum = null;
        foreach (var (layer, weight) in weights)
        {
            if (_hiddenStates.Count == 0 || layer < 0 || layer >= _hiddenStates.Count)
            {
                throw Refuse(
                    _hiddenStates.Count == 0
                        ? "inner hidden states are not implemented for this model_type"
                        : $"found no hidden state {layer}, expected 0 to {_hiddenStates.Count - 1}"
                );
            }

            // The last one may have passed a final norm.
            var state = layer == _hiddenStates.Count - 1 ? last : _hiddenStates[layer];
            var part = Multiply(Cast(state, ElementType.Float32), weight);
            sum = sum is null ? part : Add(sum, part);
        }

        return sum!;
    }
}
