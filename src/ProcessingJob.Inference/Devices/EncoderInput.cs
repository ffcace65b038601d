using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Inference.Devices;

/// <summary>Memory of one of a graph's inputs.</summary>
abstract class EncoderInput(string name)
{
    public string Name => name;

    /// <summary>The tensor for a batch of so many rows and tokens.</summary>
    public abstract OrtValue View(int rows, int length);

    /// <summary>Writes what the batch says.</summary>
    public virtual void Fill(in Batch batch) { }
}

/// <summary>One value per token: [rows, length].</summary>
static class TokenInput
{
    public static EncoderInput Create(GraphValue input, int padId, int firstPosition, int capacity) =>
        (ElementType)input.ElementType switch
        {
            ElementType.Int64 => new Of<long>(input.Name, padId, firstPosition, new(capacity, TensorElementType.Int64)),
            ElementType.Int32 => new Of<int>(input.Name, padId, firstPosition, new(capacity, TensorElementType.Int32)),
            _ => new Of<float>(input.Name, padId, firstPosition, new(capacity, TensorElementType.Float)),
        };

    sealed class Of<T>(string name, int padId, int firstPosition, PinnedTensor<T> memory) : EncoderInput(name)
        where T : unmanaged, INumber<T>
    {
        public override OrtValue View(int rows, int length) => memory.View(rows, length);

        public override void Fill(in Batch batch)
        {
            var tensor = memory.Span(batch.PaddedTokens);
            for (var r = 0; r < batch.Rows; r++)
            {
                FillRow(batch, batch.Encodings[r], tensor.Slice(r * batch.Length, batch.Length));
            }
        }

        void FillRow(in Batch batch, int encoding, Span<T> row)
        {
            var ids = batch.Block.Ids(encoding);
            switch (Name)
            {
                case ModelInputs.InputIds:
                    for (var k = 0; k < ids.Length; k++)
                    {
                        row[k] = T.CreateTruncating(ids[k]);
                    }

                    row[ids.Length..].Fill(T.CreateTruncating(padId));
                    break;
                case ModelInputs.TokenTypeIds:
                    var types = batch.Block.TypeIds(encoding);
                    for (var k = 0; k < types.Length; k++)
                    {
                        row[k] = T.CreateTruncating(types[k]);
                    }

                    row[types.Length..].Clear();
                    break;
                case ModelInputs.AttentionMask:
                    var seen = batch.Block.Attended(encoding);
                    row[..seen].Fill(T.One);
                    row[seen..].Clear();
                    break;
                case ModelInputs.PositionIds:
                    for (var k = 0; k < row.Length; k++)
                    {
                        row[k] = T.CreateTruncating(firstPosition + k);
                    }

                    break;
            }
        }
    }
}

/// <summary>A number that is the same for every text: a scalar, or one for each row.</summary>
static class ConstantInput
{
    public static EncoderInput Create(GraphValue input, double value, int capacity) =>
        (ElementType)input.ElementType switch
        {
            ElementType.Int64 => new Of<long>(input, (long)value, capacity, TensorElementType.Int64),
            ElementType.Int32 => new Of<int>(input, (int)value, capacity, TensorElementType.Int32),
            ElementType.Float16 => new Of<Half>(input, (Half)value, capacity, TensorElementType.Float16),
            ElementType.Bool => new Of<bool>(input, value != 0, capacity, TensorElementType.Bool),
            _ => new Of<float>(input, (float)value, capacity, TensorElementType.Float),
        };

    sealed class Of<T> : EncoderInput
        where T : unmanaged
    {
        readonly PinnedTensor<T> _memory;
        readonly long[] _dimensions;

        public Of(GraphValue input, T value, int capacity, TensorElementType type)
            : base(input.Name)
        {
            _dimensions = input.Dimensions;
            var count = _dimensions is [-1] ? capacity : 1;
            _memory = new(count, type);
            _memory.Span(count).Fill(value);
        }

        public override OrtValue View(int rows, int length) => _memory.View(_dimensions is [-1] ? [rows] : _dimensions);
    }
}

/// <summary>Keys or values of no earlier token: [rows, heads, 0, size].</summary>
static class EmptyPastInput
{
    public static EncoderInput Create(GraphValue input) =>
        input.ElementType == (int)ElementType.Float16
            ? new Of<Half>(input, TensorElementType.Float16)
            : new Of<float>(input, TensorElementType.Float);

    sealed class Of<T>(GraphValue input, TensorElementType type) : EncoderInput(input.Name)
        where T : unmanaged
    {
        // There must be an address, though nothing is read from it.
        readonly PinnedTensor<T> _memory = new(1, type);

        public override OrtValue View(int rows, int length) => _memory.View(rows, input.Dimensions[1], 0, input.Dimensions[3]);
    }
}
