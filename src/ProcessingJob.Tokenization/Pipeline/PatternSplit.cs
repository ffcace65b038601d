using ProcessingJob.Tokenization.Patterns;

namespace ProcessingJob.Tokenization.Pipeline;

enum Delimiters
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Cuts at the matches of a pattern, or, inverted, at what is between them.</summary>
sealed class PatternSplit(IPattern pattern, Delimiters behavior, bool inverted, string shown) : SplittingPreTokenizer
{
    public override string Describe() => $"{shown}, {behavior}{(inverted ? ", inverted" : "")}";

    protected override void Split(ReadOnlySpan<int> text, int start, Workspace work, List<Piece> into)
    {
        work.Matches.Clear();
        pattern.Find(text[start..], work.Matches);
        var first = into.Count;
        var previousDelimiter = false;
        var done = start;
        foreach (var match in work.Matches)
        {
            if (done < start + match.Start)
            {
                Add(done, start + match.Start, inverted);
            }

            Add(start + match.Start, start + match.End, !inverted);
            done = start + match.End;
        }

        if (done < text.Length)
        {
            Add(done, text.Length, inverted);
        }

        void Add(int from, int to, bool delimiter)
        {
            var joins = behavior switch
            {
                Delimiters.Contiguous => delimiter == previousDelimiter,
                Delimiters.MergedWithPrevious => delimiter && !previousDelimiter,
                Delimiters.MergedWithNext => !delimiter && previousDelimiter,
                _ => false,
            };
            previousDelimiter = delimiter;
            if (delimiter && behavior == Delimiters.Removed)
            {
                return;
            }

            if (joins && into.Count > first)
            {
                into[^1] = into[^1] with { End = to };
            }
            else
            {
                into.Add(new Piece(from, to));
            }
        }
    }
}
