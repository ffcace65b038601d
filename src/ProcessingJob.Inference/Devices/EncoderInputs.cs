using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Devices;

/// <summary>The graph's input tensors of one thread, filled from a batch. Ids go from the encoding buffer straight into the tensor.</summary>
sealed class EncoderInputs
{
    readonly Input[] _inputs;
    readonly int _padId;
    readonly int _firstPosition;

    public EncoderInputs(ModelGraph graph, int padId, int firstPosition, int capacity)
    {
        (_padId, _firstPosition) = (padId, firstPosition);
        _inputs =
        [
            .. graph.Inputs.Select(i => new Input(
                i.Name,
                i.ElementType == OnnxGraphWriter.Int64
                    ? new PinnedTensor<long>(capacity, TensorElementType.Int64)
                    : new PinnedTensor<int>(capacity, TensorElementType.Int32)
            )),
        ];
        Names = Array.ConvertAll(_inputs, i => i.Name);
    }

    public string[] Names { get; }

    /// <summary>Tensors of a shape over this memory, in the order of <see cref="Names"/>.</summary>
    public OrtValue[] Views(int rows, int length) =>
        Array.ConvertAll(
            _inputs,
            i =>
                i.Memory switch
                {
                    PinnedTensor<long> wide => wide.View(rows, length),
                    _ => ((PinnedTensor<int>)i.Memory).View(rows, length),
                }
        );

    public void Fill(in Batch batch)
    {
        foreach (var input in _inputs)
        {
            if (input.Memory is PinnedTensor<long> wide)
            {
                Fill(input.Name, batch, wide.Span(batch.PaddedTokens));
            }
            else
            {
                Fill(input.Name, batch, ((PinnedTensor<int>)input.Memory).Span(batch.PaddedTokens));
            }
        }
    }

    void Fill<T>(string name, in Batch batch, Span<T> tensor)
        where T : unmanaged, INumber<T>
    {
        for (var r = 0; r < batch.Rows; r++)
        {
            var row = tensor.Slice(r * batch.Length, batch.Length);
            var ids = batch.Block.Ids(batch.Encodings[r]);
            switch (name)
            {
                case ModelInputs.InputIds:
                    for (var k = 0; k < ids.Length; k++)
                    {
                        row[k] = T.CreateTruncating(ids[k]);
                    }

                    row[ids.Length..].Fill(T.CreateTruncating(_padId));
                    break;
                case ModelInputs.TokenTypeIds:
                    var types = batch.Block.TypeIds(batch.Encodings[r]);
                    for (var k = 0; k < types.Length; k++)
                    {
                        row[k] = T.CreateTruncating(types[k]);
                    }

                    row[types.Length..].Clear();
                    break;
                case ModelInputs.AttentionMask:
                    row[..ids.Length].Fill(T.One);
                    row[ids.Length..].Clear();
                    break;
                case ModelInputs.PositionIds:
                    for (var k = 0; k < row.Length; k++)
                    {
                        row[k] = T.CreateTruncating(_firstPosition + k);
                    }

                    break;
            }
        }
    }

    readonly record struct Input(string Name, object Memory);
}
