using System.Runtime.InteropServices;

namespace ProcessingJob.Inference.Engine;

/// <summary>The entries of a vector that are not zero.</summary>
/// <param name="Indices">Ascending.</param>
/// <param name="Values">As many.</param>
public readonly record struct SparseRow(int[] Indices, float[] Values)
{
    [ThreadStatic]
    static List<int>? _found;

    public static SparseRow Empty { get; } = new([], []);

    /// <summary>Makes one of a whole vector.</summary>
    public static SparseRow Of(ReadOnlySpan<float> dense)
    {
        var found = _found ??= [];
        found.Clear();
        // The bits of 0 are those of an integer's, and integers are searched many at a time.
        var bits = MemoryMarshal.Cast<float, int>(dense);
        for (var at = 0; at < bits.Length; at++)
        {
            var next = bits[at..].IndexOfAnyExcept(0);
            if (next < 0)
            {
                break;
            }

            at += next;
            if (dense[at] != 0)
            {
                found.Add(at);
            }
        }

        var values = new float[found.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = dense[found[i]];
        }

        return new([.. found], values);
    }
}
