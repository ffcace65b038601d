using System.Buffers;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>A text that is read by code points, whatever it is stored as; positions are those of the storage.</summary>
interface ICodePoints
{
    int Length { get; }

    /// <summary>The code point at <paramref name="position"/>.</summary>
    int At(int position, out int next);

    /// <summary>The code point that ends at <paramref name="position"/>, which is not the start.</summary>
    int Before(int position);

    /// <summary>
    /// The first position from <paramref name="start"/> on that one of some code points may be at; -1 when there is none.
    /// </summary>
    /// <param name="start">Where to look from.</param>
    /// <param name="wanted">The code points.</param>
    /// <param name="units">Their first UTF-16 units.</param>
    int NextOf(int start, HashSet<int> wanted, SearchValues<char> units);
}

/// <summary>Code points themselves.</summary>
readonly ref struct CodePoints(ReadOnlySpan<int> text) : ICodePoints
{
    readonly ReadOnlySpan<int> _text = text;

    public int Length => _text.Length;

    public int At(int position, out int next)
    {
        next = position + 1;
        return _text[position];
    }

    public int Before(int position) => _text[position - 1];

    public int NextOf(int start, HashSet<int> wanted, SearchValues<char> units)
    {
        for (var i = start; i < _text.Length; i++)
        {
            if (wanted.Contains(_text[i]))
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>UTF-16; a lone surrogate reads as U+FFFD.</summary>
readonly ref struct Utf16Text(ReadOnlySpan<char> text) : ICodePoints
{
    readonly ReadOnlySpan<char> _text = text;

    public int Length => _text.Length;

    public int At(int position, out int next)
    {
        var c = _text[position];
        next = position + 1;
        if (!char.IsSurrogate(c))
        {
            return c;
        }

        if (char.IsLowSurrogate(c) || next == _text.Length || !char.IsLowSurrogate(_text[next]))
        {
            return 0xFFFD;
        }

        return char.ConvertToUtf32(c, _text[next++]);
    }

    public int Before(int position) =>
        position > 1 && char.IsSurrogatePair(_text[position - 2], _text[position - 1]) ? At(position - 2, out _) : At(position - 1, out _);

    public int NextOf(int start, HashSet<int> wanted, SearchValues<char> units)
    {
        var found = _text[start..].IndexOfAny(units);
        return found < 0 ? -1 : start + found;
    }
}
