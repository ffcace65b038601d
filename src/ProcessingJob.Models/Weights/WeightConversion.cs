using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ProcessingJob.Models.Weights;

/// <summary>Copies weights as float32 or float16; NaN, infinity and what float16 cannot hold are refused with the tensor's name.</summary>
static unsafe class WeightConversion
{
    /// <summary>Values converted at a time.</summary>
    public const int Block = 1 << 16;

    public static void ToFloat32(StoredTensor from, float* to)
    {
        for (long at = 0; at < from.Count; at += Block)
        {
            var values = new Span<float>(to + at, (int)Math.Min(Block, from.Count - at));
            Read(from, at, values);
        }
    }

    /// <summary>Refuses what could not be converted to float32, without keeping the values.</summary>
    public static void RequireReadable(StoredTensor from)
    {
        var values = new float[Block];
        for (long at = 0; at < from.Count; at += Block)
        {
            Read(from, at, values.AsSpan(0, (int)Math.Min(Block, from.Count - at)));
        }
    }

    public static void ToFloat16(StoredTensor from, Half* to)
    {
        var values = new float[Block];
        for (long at = 0; at < from.Count; at += Block)
        {
            var part = values.AsSpan(0, (int)Math.Min(Block, from.Count - at));
            Read(from, at, part);
            Narrow(part, new Span<Half>(to + at, part.Length), from.Refuse);
        }
    }

    /// <summary>Rounds to float16; <paramref name="refuse"/> makes the error where a value is too large for it (above 65504).</summary>
    public static void Narrow(ReadOnlySpan<float> values, Span<Half> halves, Func<string, Exception> refuse)
    {
        TensorPrimitives.ConvertToHalf(values, halves);
        if (!TensorPrimitives.IsFiniteAll<Half>(halves))
        {
            throw refuse($"found {TensorPrimitives.MaxMagnitude(values)}, float16 holds 65504 at most; fix: use float32");
        }
    }

    static void Read(StoredTensor from, long at, Span<float> values)
    {
        // Bytes, as a file may begin an element at any address.
        var bytes = new ReadOnlySpan<byte>((byte*)from.Address + at * from.Type.Size(), values.Length * from.Type.Size());
        switch (from.Type)
        {
            case WeightType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case WeightType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            case WeightType.BF16: // the upper half of a float32
                var upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }

                break;
            case WeightType.F64:
                TensorPrimitives.ConvertTruncating<double, float>(MemoryMarshal.Cast<byte, double>(bytes), values);
                break;
            default:
                throw from.Refuse($"found the type {from.Type}, expected F32, F16, BF16 or F64; fix: save the model without quantization");
        }

        if (!TensorPrimitives.IsFiniteAll<float>(values))
        {
            throw from.Refuse("holds NaN or infinity, expected finite weights");
        }
    }
}
