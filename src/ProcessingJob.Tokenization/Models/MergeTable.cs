namespace ProcessingJob.Tokenization.Models;

/// <summary>Pairs of ids that merge, with rank and result, in one open-addressed table.</summary>
sealed class MergeTable
{
    /// <summary>Answer for a pair that does not merge: higher than any rank.</summary>
    public const long None = long.MaxValue;

    readonly long[] _keys;
    readonly long[] _values;

    /// <param name="merges">In order of rank; of equal pairs the last one counts.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Result)> merges)
    {
        _keys = new long[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)merges.Count * 2 + 16)];
        _values = new long[_keys.Length];
        Array.Fill(_keys, -1);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right, result) = merges[rank];
            var slot = Slot(Key(left, right));
            (_keys[slot], _values[slot]) = (Key(left, right), (long)rank << 32 | (uint)result);
        }
    }

    /// <summary>rank &lt;&lt; 32 | result, or <see cref="None"/>.</summary>
    public long Find(int left, int right)
    {
        var key = Key(left, right);
        var slot = Slot(key);
        return _keys[slot] == key ? _values[slot] : None;
    }

    static long Key(int left, int right) => (long)left << 32 | (uint)right;

    int Slot(long key)
    {
        var slot = (int)((ulong)key * 0x9E3779B97F4A7C15 >> 33) & (_keys.Length - 1);
        while (_keys[slot] != key && _keys[slot] != -1)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        return slot;
    }
}
