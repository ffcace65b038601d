namespace ProcessingJob.Inference.Heads;

/// <summary>A text by code points, as Python counts: offsets and cuts. Reused from text to text.</summary>
public sealed class CodePointText
{
    readonly List<int> _units = [];
    string _text = "";
    bool _hasPairs;

    /// <summary>Takes another text.</summary>
    public void Set(ReadOnlySpan<char> text)
    {
        _text = text.ToString();
        _hasPairs = text.IndexOfAnyInRange('\uD800', '\uDBFF') >= 0;
        if (!_hasPairs)
        {
            return;
        }

        _units.Clear();
        for (var i = 0; i < text.Length; i++)
        {
            if (i == 0 || !char.IsLowSurrogate(text[i]) || !char.IsHighSurrogate(text[i - 1]))
            {
                _units.Add(i);
            }
        }

        _units.Add(text.Length);
    }

    /// <summary>Whether a code point is there and is a space (U+0020).</summary>
    public bool IsSpace(int position) => Unit(position) is var unit && unit < _text.Length && _text[unit] == ' ';

    /// <summary>The text between two positions.</summary>
    public ReadOnlySpan<char> Cut(int start, int end) => _text.AsSpan(Unit(start)..Unit(Math.Max(start, end)));

    int Unit(int position) => _hasPairs ? _units[Math.Min(position, _units.Count - 1)] : Math.Min(position, _text.Length);
}
