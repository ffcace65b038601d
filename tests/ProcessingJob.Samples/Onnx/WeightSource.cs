using System.Runtime.InteropServices;
using System.Text;

namespace ProcessingJob.Samples.Onnx;

/// <summary>Bell-shaped random numbers that depend on seed, tensor name and index only, with arithmetic that is exact everywhere.</summary>
/// <param name="Seed">The model's seed.</param>
/// <param name="Deviation">Standard deviation.</param>
/// <param name="Mean">Mean.</param>
sealed record WeightSource(int Seed, float Deviation, float Mean = 0)
{
    /// <summary>Writes <paramref name="count"/> float32, little endian.</summary>
    public void Write(Stream into, string tensor, long count)
    {
        // The sum of two uniform 16-bit numbers is triangular on (-65535, 65535) with deviation 65536 / sqrt(6).
        var scale = Deviation / 26754.9f;
        var state = Mix(Hash(tensor) ^ (uint)Seed);
        var block = new float[1 << 15];
        for (long done = 0; done < count; done += block.Length)
        {
            for (var i = 0; i < block.Length; i += 2)
            {
                var bits = Mix(state += 0x9E3779B97F4A7C15);
                block[i] = Mean + scale * ((int)(bits & 0xFFFF) - (int)(bits >> 16 & 0xFFFF));
                block[i + 1] = Mean + scale * ((int)(bits >> 32 & 0xFFFF) - (int)(bits >> 48));
            }

            into.Write(MemoryMarshal.AsBytes(block.AsSpan(0, (int)Math.Min(block.Length, count - done))));
        }
    }

    /// <summary>The finaliser of SplitMix64.</summary>
    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>FNV-1a.</summary>
    static ulong Hash(string text) =>
        Encoding.UTF8.GetBytes(text).Aggregate(14695981039346656037UL, (hash, b) => (hash ^ b) * 1099511628211UL);
}
