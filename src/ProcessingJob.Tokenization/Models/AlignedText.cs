namespace ProcessingJob.Tokenization.Models;

/// <summary>A text grows beyond the limit set for it.</summary>
sealed class TextGrowthException : Exception;

/// <summary>Code points, each with the part of the original text (UTF-16 units) that it came from.</summary>
sealed class AlignedText
{
    int[] _codePoints = new int[256];
    int[] _from = new int[256];
    int[] _to = new int[256];

    public int Count { get; private set; }

    /// <summary>Code points that it may hold; one more throws <see cref="TextGrowthException"/>.</summary>
    public int Limit { get; set; } = int.MaxValue;

    public Span<int> CodePoints => _codePoints.AsSpan(0, Count);

    public int From(int i) => _from[i];

    public int To(int i) => _to[i];

    public void Clear() => Count = 0;

    public void Add(int codePoint, int start, int end)
    {
        if (Count == _codePoints.Length)
        {
            if (Count >= Limit)
            {
                throw new TextGrowthException();
            }

            Array.Resize(ref _codePoints, Count * 2);
            Array.Resize(ref _from, Count * 2);
            Array.Resize(ref _to, Count * 2);
        }

        (_codePoints[Count], _from[Count], _to[Count]) = (codePoint, start, end);
        Count++;
    }

    /// <summary>Appends UTF-16 text that starts at <paramref name="offset"/> of the original; lone surrogates become U+FFFD.</summary>
    public void AddUtf16(ReadOnlySpan<char> text, int offset)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!char.IsSurrogate(c))
            {
                Add(c, offset + i, offset + i + 1);
            }
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                Add(char.ConvertToUtf32(c, text[i + 1]), offset + i, offset + i + 2);
                i++;
            }
            else
            {
                Add(0xFFFD, offset + i, offset + i + 1);
            }
        }
    }

    public void Add(AlignedText other, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            Add(other._codePoints[i], other._from[i], other._to[i]);
        }
    }

    /// <summary>Keeps the code points that <paramref name="keep"/> says, with their alignment.</summary>
    public void Filter(Func<int, bool> keep)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!keep(_codePoints[i]))
            {
                continue;
            }

            (_codePoints[kept], _from[kept], _to[kept]) = (_codePoints[i], _from[i], _to[i]);
            kept++;
        }

        Count = kept;
    }

    public void Trim(int start, int end)
    {
        _codePoints.AsSpan(start, end - start).CopyTo(_codePoints);
        _from.AsSpan(start, end - start).CopyTo(_from);
        _to.AsSpan(start, end - start).CopyTo(_to);
        Count = end - start;
    }

    /// <summary>
    /// Appends the outcome of <paramref name="changes"/> applied to <paramref name="source"/>. Alignments are taken in turn, as Hugging
    /// Face does it: a code point that is added shares that of the one before.
    /// </summary>
    public void AddChanged(AlignedText source, ReadOnlySpan<(int CodePoint, int Change)> changes, int origin)
    {
        var at = 0;
        foreach (var (codePoint, change) in changes)
        {
            if (change > 0)
            {
                if (at < 1)
                {
                    Add(codePoint, origin, origin);
                }
                else
                {
                    Add(codePoint, source._from[at - 1], source._to[at - 1]);
                }

                continue;
            }

            var own = Math.Min(at, source.Count - 1);
            Add(codePoint, source._from[own], source._to[own]);
            at = Math.Min(source.Count, at + 1 - change);
        }
    }
}
