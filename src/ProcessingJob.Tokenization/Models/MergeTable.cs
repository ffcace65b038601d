namespace ProcessingJob.Tokenization.Models;

/// <summary>Pairs of ids that merge, with rank and result, in one open-addressed table.</summary>
sealed class MergeTable
{
    /// <summary>Answer for a pair that does not merge: higher than any rank.</summary>
    public const long None = long.MaxValue;

    readonly long[] keys;
    readonly long[] values;

    /// <param name="merges">In order of rank; of equal pairs the last one counts.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Result)> merges)
    {
        keys = new long[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)merges.Count * 2 + 16)];
        values = new long[keys.Length];
        Array.Fill(keys, -1);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right, result) = merges[rank];
            var slot = Slot(Key(left, right));
            (keys[slot], values[slot]) = (Key(left, right), (long)rank << 32 | (uint)result);
        }
    }

    /// <summary>rank &lt;&lt; 32 | result, or <see cref="None"/>.</summary>
    public long Find(int left, int right)
    {
        var key = Key(left, right);
        var slot = Slot(key);
        return keys[slot] == key ? values[slot] : None;
    }

    static long Key(int left, int right) => (long)left << 32 | (uint)right;

    int Slot(long key)
    {
        var slot = (int)((ulong)key * 0x9E3779B97F4A7C15 >> 33) & (keys.Length - 1);
        while (keys[slot] != key && keys[slot] != -1) slot = (slot + 1) & (keys.Length - 1);
        return slot;
    }
}
