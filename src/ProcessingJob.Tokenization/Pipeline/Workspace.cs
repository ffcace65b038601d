using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Patterns;
using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>A piece of the normalized text: a word for the model, or an added token (Id >= 0).</summary>
readonly record struct Piece(int Start, int End, int Id = -1);

/// <summary>
/// Scratch memory of one encoder's exact path: the text as it is normalized, and its pieces. A step writes a new text or a new list
/// of pieces and has it accepted; the old one is the next step's scratch.
/// </summary>
sealed class Workspace
{
    AlignedText _spareText = new();
    List<Piece> _sparePieces = [];
    char[] _utf16 = [];

    public AlignedText Text { get; private set; } = new();

    public List<Piece> Pieces { get; private set; } = [];

    public Normalization Normalization { get; } = new();

    public ChangeList Changes { get; } = new();

    /// <summary>Scratch of the step at hand.</summary>
    public List<Match> Matches { get; } = [];

    /// <summary>Where the segment at hand starts in the original text.</summary>
    public int Origin { get; set; }

    /// <summary>Code points written as UTF-16; valid until the next call.</summary>
    public ReadOnlySpan<char> Utf16(ReadOnlySpan<int> codePoints)
    {
        if (_utf16.Length < codePoints.Length * 2)
        {
            _utf16 = new char[codePoints.Length * 2];
        }

        var length = 0;
        foreach (var c in codePoints)
        {
            length += new System.Text.Rune(c).EncodeToUtf16(_utf16.AsSpan(length));
        }

        return _utf16.AsSpan(0, length);
    }

    /// <summary>An empty text that is not the current one.</summary>
    public AlignedText NewText()
    {
        _spareText.Clear();
        _spareText.Limit = Text.Limit;
        return _spareText;
    }

    public void Accept(AlignedText text) => (Text, _spareText) = (text, Text);

    /// <summary>An empty list that is not the current one.</summary>
    public List<Piece> NewPieces()
    {
        _sparePieces.Clear();
        return _sparePieces;
    }

    public void Accept(List<Piece> pieces) => (Pieces, _sparePieces) = (pieces, Pieces);

    /// <summary>Replaces the text by what <see cref="Changes"/> make of it.</summary>
    public void ApplyChanges()
    {
        if (Text.Count == 0)
        {
            return;
        }

        var changed = NewText();
        changed.AddChanged(Text, Changes.Span, Origin);
        Accept(changed);
    }
}
