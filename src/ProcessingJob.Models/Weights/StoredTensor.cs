using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace ProcessingJob.Models.Weights;

/// <summary>A tensor, or some of its rows, where a mapped file has it: little-endian, row-major.</summary>
/// <param name="Name">As the file has it, but for the old names of LayerNorm's weights.</param>
/// <param name="File">Path, for messages.</param>
/// <param name="Address">The first element.</param>
sealed unsafe record StoredTensor(string Name, string File, WeightType Type, IReadOnlyList<long> Shape, nint Address)
{
    /// <summary>Elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, d) => product * d);

    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>The first axis from <paramref name="start"/>, <paramref name="count"/> long: the same memory.</summary>
    public StoredTensor Rows(long start, long count) =>
        this with
        {
            Name = $"{Name}[{start}:{start + count}]",
            Shape = [count, .. Shape.Skip(1)],
            Address = Address + (nint)(start * Shape.Skip(1).Aggregate(1L, (product, d) => product * d) * Type.Size()),
        };

    /// <summary>A copy as float32.</summary>
    /// <exception cref="Contract.PJobException">
    /// Model: the type is no float, a value is NaN or infinite, or they are too many for an array.
    /// </exception>
    public float[] ToFloats()
    {
        if (Count > Array.MaxLength)
        {
            throw Refuse($"{Count:N0} values are too many to be computed with");
        }

        var values = new float[Count];
        fixed (float* to = values)
        {
            WeightConversion.ToFloat32(this, to);
        }

        return values;
    }

    /// <summary>True where the elements lie at addresses that their type allows.</summary>
    public bool IsAligned => Address % Type.Size() == 0;

    public Contract.PJobException Refuse(string message) => ModelError.Refuse(File, $"tensor {Name}: {message}");

    /// <summary>Refuses NaN and infinity: a vectorised look at every value, which costs about as much as reading the memory.</summary>
    public void RequireFinite()
    {
        for (long at = 0; at < Count; at += WeightConversion.Block)
        {
            var length = (int)Math.Min(WeightConversion.Block, Count - at);
            var finite = Type switch
            {
                WeightType.F32 => TensorPrimitives.IsFiniteAll(new ReadOnlySpan<float>((float*)Address + at, length)),
                WeightType.F16 => TensorPrimitives.IsFiniteAll(new ReadOnlySpan<Half>((Half*)Address + at, length)),
                _ => throw new SwitchExpressionException(Type),
            };
            if (!finite)
            {
                throw Refuse("holds NaN or infinity, expected finite weights");
            }
        }
    }
}
