namespace ProcessingJob.Cli.Analyze;

/// <summary>How many texts have which length: exact, in memory of the longest length and not of the number of texts.</summary>
sealed class LengthCounts
{
    long[] _counts = new long[1024];

    public long Texts { get; private set; }
    public long Sum { get; private set; }
    public int Longest { get; private set; }
    public double Mean => Texts == 0 ? 0 : (double)Sum / Texts;

    public void Add(int length)
    {
        if (length >= _counts.Length)
        {
            Array.Resize(ref _counts, Math.Max(length + 1, _counts.Length * 2));
        }

        _counts[length]++;
        Texts++;
        Sum += length;
        Longest = Math.Max(Longest, length);
    }

    /// <summary>The least length that at least this share (0 to 1) of the texts does not exceed.</summary>
    public int Percentile(double share)
    {
        var (seen, wanted) = (0L, Math.Ceiling(share * Texts));
        for (var length = 0; length <= Longest; length++)
        {
            seen += _counts[length];
            if (seen >= wanted && seen > 0)
            {
                return length;
            }
        }
        return Longest;
    }

    /// <summary>Texts longer than a limit, and what they have beyond it.</summary>
    public (long Texts, long Beyond) Over(int limit)
    {
        var (texts, beyond) = (0L, 0L);
        for (var length = Math.Max(0, limit + 1); length <= Longest; length++)
        {
            texts += _counts[length];
            beyond += _counts[length] * (length - limit);
        }
        return (texts, beyond);
    }

    /// <summary>Texts per range of <paramref name="width"/>; the last of at most <paramref name="most"/> ranges is open.</summary>
    public long[] Histogram(int width, int most)
    {
        var bars = new long[Math.Min(Longest / width + 1, most)];
        for (var length = 0; length <= Longest; length++)
        {
            bars[Math.Min(length / width, bars.Length - 1)] += _counts[length];
        }

        return bars;
    }
}
