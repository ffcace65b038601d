using System.Numerics.Tensors;

namespace ProcessingJob.Cli.Compare;

/// <summary>
/// A sample of rows, chosen by the hash of their keys and so the same in both outputs, and how many of each row's nearest in one are also
/// its nearest in the other. Vectors may have different widths.
/// </summary>
sealed class Neighbors
{
    /// <summary>Rows that are compared with each other.</summary>
    const int Pool = 4000;

    /// <summary>Rows whose neighbors are looked for.</summary>
    const int Queries = 500;

    public const int Nearest = 10;

    readonly PriorityQueue<UInt128, UInt128> _largestFirst = new(Comparer<UInt128>.Create((x, y) => y.CompareTo(x)));
    readonly Dictionary<UInt128, float[]> _a = [];
    readonly Dictionary<UInt128, float[]> _b = [];

    public void AddA(UInt128 key, ReadOnlySpan<float> vector)
    {
        if (_largestFirst.Count == Pool && key >= _largestFirst.Peek())
        {
            return;
        }

        _a[key] = Unit(vector);
        _largestFirst.Enqueue(key, key);
        if (_largestFirst.Count > Pool)
        {
            _a.Remove(_largestFirst.Dequeue());
        }
    }

    /// <summary>After all of A.</summary>
    public void AddB(UInt128 key, ReadOnlySpan<float> vector)
    {
        if (_a.ContainsKey(key))
        {
            _b[key] = Unit(vector);
        }
    }

    /// <summary>0 to 1, the mean over the sample; null: too few rows have a partner to speak of neighbors.</summary>
    public double? Kept()
    {
        var keys = _b.Keys.Order().ToArray();
        if (keys.Length <= 2 * Nearest)
        {
            return null;
        }

        var (a, b) = (keys.Select(k => _a[k]).ToArray(), keys.Select(k => _b[k]).ToArray());
        var shares = new double[Math.Min(Queries, keys.Length)];
        Parallel.For(0, shares.Length, i => shares[i] = (double)Top(a, i).Intersect(Top(b, i)).Count() / Nearest);
        return shares.Average();
    }

    static IEnumerable<int> Top(float[][] vectors, int of)
    {
        var best = new PriorityQueue<int, float>();
        for (var i = 0; i < vectors.Length; i++)
        {
            if (i == of)
            {
                continue;
            }

            best.Enqueue(i, TensorPrimitives.Dot(vectors[of], vectors[i]));
            if (best.Count > Nearest)
            {
                best.Dequeue();
            }
        }

        return best.UnorderedItems.Select(x => x.Element);
    }

    static float[] Unit(ReadOnlySpan<float> vector)
    {
        var unit = vector.ToArray();
        var norm = TensorPrimitives.Norm(vector);
        if (norm > 0)
        {
            TensorPrimitives.Divide(unit, norm, unit);
        }

        return unit;
    }
}
