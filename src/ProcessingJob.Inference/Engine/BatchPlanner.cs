using System.Buffers;

namespace ProcessingJob.Inference.Engine;

/// <summary>How a block is cut into batches.</summary>
/// <param name="TokenBudget">Padded tokens of a batch; one encoding may be longer.</param>
/// <param name="MaxLength">No batch is padded beyond it.</param>
/// <param name="FewShapes">Round lengths up and row counts down, so that few different shapes occur: for GPUs, whose memory arena grows
/// with every new shape.</param>
/// <param name="Alone">One encoding a batch and no padding: for graphs whose results depend on the batch.</param>
/// <param name="MostRows">Encodings of a batch.</param>
readonly record struct BatchRules(int TokenBudget, int MaxLength, bool FewShapes, bool Alone = false, int MostRows = int.MaxValue)
{
    /// <summary>Length that a batch whose longest encoding has so many tokens is padded to.</summary>
    public int PaddedLength(int longest)
    {
        if (!FewShapes || Alone)
        {
            return longest;
        }
        // A thirty-second of the next power of two: at most 80 lengths up to 512, and two per cent of padding.
        var step = Math.Max(2, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)longest) / 32);
        return Math.Max(longest, Math.Min((longest + step - 1) / step * step, MaxLength));
    }

    /// <summary>Encodings of a full batch of this padded length, at least 1.</summary>
    public int RowsOf(int paddedLength)
    {
        if (Alone)
        {
            return 1;
        }

        var rows = Math.Clamp(TokenBudget / paddedLength, 1, MostRows);
        return FewShapes && rows > 8 ? rows / 8 * 8 : rows;
    }

    /// <summary>Padded tokens of the largest batch.</summary>
    public int Capacity => Math.Max(TokenBudget, PaddedLength(MaxLength));
}

/// <summary>A run of the sorted order.</summary>
/// <param name="Start">First place in the order.</param>
/// <param name="Count">Encodings.</param>
/// <param name="Length">Tokens each is padded to.</param>
readonly record struct BatchRange(int Start, int Count, int Length);

/// <summary>
/// Sorts a block by length, longest first (the largest batches come first, so that memory is sized once and the last batches are
/// small), finds equal encodings, and cuts by the token budget. Depends on nothing but the block.
/// </summary>
static class BatchPlanner
{
    /// <summary>Sort key of an encoding: longest first, then by content hash, so that equal encodings are neighbours.</summary>
    public static ulong Key(ReadOnlySpan<int> ids, bool hashed) =>
        (ulong)(uint)(int.MaxValue - ids.Length) << 32 | (hashed ? Hash(ids) : 0);

    /// <summary>
    /// What starting one more batch costs on a CPU, in tokens: measured as the difference between batches of 256 and of 512.
    /// </summary>
    const int BatchOverhead = 8;

    /// <summary>
    /// Cuts encodings of these lengths, longest first, into batches: the cut with the least padded tokens plus overhead, by dynamic
    /// programming from the end. For few shapes a batch is full, or three, two or one quarter of that.
    /// </summary>
    public static void Cut(ReadOnlySpan<int> descendingLengths, BatchRules rules, List<BatchRange> batches)
    {
        var lengths = descendingLengths;
        var cost = ArrayPool<long>.Shared.Rent(lengths.Length + 1);
        var counts = ArrayPool<int>.Shared.Rent(lengths.Length + 1);
        cost[lengths.Length] = 0;
        var overhead = rules.FewShapes ? rules.TokenBudget / 32 : BatchOverhead;
        for (var start = lengths.Length - 1; start >= 0; start--)
        {
            cost[start] = long.MaxValue;
            var length = rules.PaddedLength(lengths[start]);
            var full = rules.RowsOf(length);
            var most = Math.Min(full, lengths.Length - start);
            var step = rules.FewShapes ? Math.Max(1, full / 32 * 8) : 1;
            for (var count = most; count > 0; count = count > step ? (count - 1) / step * step : 0)
            {
                var total = (long)count * length + overhead + cost[start + count];
                if (total < cost[start])
                {
                    (cost[start], counts[start]) = (total, count);
                }
            }
        }

        for (var start = 0; start < lengths.Length; start += counts[start])
        {
            batches.Add(new BatchRange(start, counts[start], rules.PaddedLength(lengths[start])));
        }

        ArrayPool<long>.Shared.Return(cost);
        ArrayPool<int>.Shared.Return(counts);
    }

    // Equal hashes are compared in full: it only has to be quick and the same on every run.
    static uint Hash(ReadOnlySpan<int> ids)
    {
        var hash = 0x9E3779B97F4A7C15ul;
        foreach (var id in ids)
        {
            hash = (hash ^ (uint)id) * 0xD6E8FEB86659FD93ul + (hash >> 32);
        }

        return (uint)(hash ^ hash >> 32);
    }
}
