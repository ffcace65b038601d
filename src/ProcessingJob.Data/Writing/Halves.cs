using System.Numerics.Tensors;

namespace ProcessingJob.Data.Writing;

/// <summary>float32 and float16, many at a time: to the nearest, ties to even; what is out of range becomes infinite (IEEE 754).</summary>
static class Halves
{
    const int Step = 1024;

    /// <summary>Gives every value the one that float16 has for it.</summary>
    public static void Round(Span<float> values)
    {
        Span<Half> halves = stackalloc Half[Step];
        for (var start = 0; start < values.Length; start += Step)
        {
            var some = values[start..Math.Min(values.Length, start + Step)];
            TensorPrimitives.ConvertToHalf(some, halves);
            TensorPrimitives.ConvertToSingle(halves[..some.Length], some);
        }
    }
}
