namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>Cuts by one of the patterns of byte-level models.</summary>
sealed class WordSplit(WordPattern pattern) : SplittingPreTokenizer
{
    public override string Describe() => $"Split({pattern})";

    protected override void Split(ReadOnlySpan<int> text, int start, Workspace work, List<Piece> into)
    {
        for (var i = start; i < text.Length; )
        {
            var end = WordPatterns.End(pattern, text, i);
            into.Add(new Piece(i, end));
            i = end;
        }
    }
}
