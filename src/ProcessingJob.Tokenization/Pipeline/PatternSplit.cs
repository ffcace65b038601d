namespace ProcessingJob.Tokenization.Pipeline;

enum Delimiters
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Cuts at the matches of a pattern.</summary>
sealed class PatternSplit(IPattern pattern, Delimiters behavior, string shown) : Splitter
{
    public override string Describe() => $"{shown}, {behavior}";

    protected override void Split(ReadOnlySpan<int> text, int start, List<Piece> into)
    {
        var first = into.Count;
        var previousMatch = false;
        var done = start;
        for (var at = start; pattern.Find(text, ref at, out var end); at = done = end)
        {
            if (done < at)
            {
                Add(done, at, false, into);
            }

            Add(at, end, true, into);
        }

        if (done < text.Length)
        {
            Add(done, text.Length, false, into);
        }

        void Add(int from, int to, bool match, List<Piece> pieces)
        {
            var joins = behavior switch
            {
                Delimiters.Contiguous => match == previousMatch,
                Delimiters.MergedWithPrevious => match && !previousMatch,
                Delimiters.MergedWithNext => !match && previousMatch,
                _ => false,
            };
            previousMatch = match;
            if (match && behavior == Delimiters.Removed)
            {
                return;
            }

            if (joins && pieces.Count > first)
            {
                pieces[^1] = pieces[^1] with { End = to };
            }
            else
            {
                pieces.Add(new Piece(from, to));
            }
        }
    }
}
