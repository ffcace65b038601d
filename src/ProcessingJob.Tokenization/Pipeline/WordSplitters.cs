using ProcessingJob.Tokenization.Unicode;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>Words between spaces, each punctuation mark by itself.</summary>
sealed class BertPreTokenizer : SplittingPreTokenizer
{
    public override string Describe() => "BertPreTokenizer";

    protected override void Split(ReadOnlySpan<int> text, int start, Workspace work, List<Piece> into)
    {
        var word = start;
        for (var i = start; i < text.Length; i++)
        {
            var kind = UnicodeTables.Of(text[i]);
            if ((kind & (CharFlags.Space | CharFlags.Punctuation)) == 0)
            {
                continue;
            }

            if (word < i)
            {
                into.Add(new Piece(word, i));
            }

            if ((kind & CharFlags.Space) == 0)
            {
                into.Add(new Piece(i, i + 1));
            }

            word = i + 1;
        }

        if (word < text.Length)
        {
            into.Add(new Piece(word, text.Length));
        }
    }
}

/// <summary>Words between spaces.</summary>
sealed class WhitespaceSplit : SplittingPreTokenizer
{
    public override string Describe() => "WhitespaceSplit";

    protected override void Split(ReadOnlySpan<int> text, int start, Workspace work, List<Piece> into)
    {
        var word = start;
        for (var i = start; i <= text.Length; i++)
        {
            if (i < text.Length && !UnicodeTables.Is(text[i], CharFlags.Space))
            {
                continue;
            }

            if (word < i)
            {
                into.Add(new Piece(word, i));
            }

            word = i + 1;
        }
    }
}

/// <summary>\w+|[^\w\s]+</summary>
sealed class Whitespace : SplittingPreTokenizer
{
    public override string Describe() => "Whitespace";

    protected override void Split(ReadOnlySpan<int> text, int start, Workspace work, List<Piece> into)
    {
        for (var i = start; i < text.Length; )
        {
            var kind = Kind(text[i]);
            var end = i + 1;
            while (end < text.Length && Kind(text[end]) == kind)
            {
                end++;
            }

            if (kind != CharFlags.Space)
            {
                into.Add(new Piece(i, end));
            }

            i = end;
        }
    }

    static CharFlags Kind(int c)
    {
        var kind = UnicodeTables.Of(c);
        return (kind & CharFlags.Word) != 0 ? CharFlags.Word : kind & CharFlags.Space;
    }
}
