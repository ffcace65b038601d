using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Heads;

/// <summary>
/// Tells which tokens go on with the word before them, as transformers' token-classification pipeline does: a WordPiece token that is
/// longer than the text it stands for has the prefix of continuations; of other tokenizers a token does that has no space before it.
/// An unknown token begins a word.
/// </summary>
public sealed class TokenWords(Tokenizer tokenizer)
{
    readonly bool _hasPrefix = tokenizer.MarksContinuations;

    /// <summary>Code points of each token as the vocabulary writes it, plus one; 0 where nobody has asked yet.</summary>
    readonly int[] _lengths = new int[tokenizer.VocabularySize];

    /// <param name="id">The token.</param>
    /// <param name="offset">Where it is, in code points.</param>
    /// <param name="text">The text.</param>
    public bool IsInside(int id, TokenOffset offset, CodePointText text)
    {
        if (id == tokenizer.UnknownId)
        {
            return false;
        }

        return _hasPrefix
            ? LengthOf(id) != offset.End - offset.Start
            : offset.Start > 0 && !text.IsSpace(offset.Start - 1) && !text.IsSpace(offset.Start);
    }

    int LengthOf(int id)
    {
        if (_lengths[id] == 0)
        {
            _lengths[id] = (tokenizer.IdToToken(id) ?? "").EnumerateRunes().Count() + 1;
        }

        return _lengths[id] - 1;
    }
}
