using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Inference.Devices;

/// <summary>
/// The graph's input tensors of one thread, filled from a batch. Ids go from the encoding buffer straight into the tensor.
/// </summary>
sealed class EncoderInputs
{
    readonly EncoderInput[] _inputs;

    public EncoderInputs(ModelGraph graph, int padId, int firstPosition, int capacity)
    {
        _inputs =
        [
            .. graph.Inputs.Select(input =>
                graph.Constants.TryGetValue(input.Name, out var value) ? ConstantInput.Create(input, value, capacity)
                : ModelInputs.IsPast(input.Name) ? EmptyPastInput.Create(input)
                : TokenInput.Create(input, padId, firstPosition, capacity)
            ),
        ];
        Names = Array.ConvertAll(_inputs, i => i.Name);
    }

    public string[] Names { get; }

    /// <summary>Tensors of a shape over this memory, in the order of <see cref="Names"/>.</summary>
    public OrtValue[] Views(int rows, int length) => Array.ConvertAll(_inputs, i => i.View(rows, length));

    public void Fill(in Batch batch)
    {
        foreach (var input in _inputs)
        {
            input.Fill(batch);
        }
    }
}
