using ProcessingJob.Contract;
using ProcessingJob.Tokenization.Patterns;

namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>Puts <paramref name="content"/> for every match of a pattern.</summary>
sealed class Replace(IPattern pattern, int[] content, string shown) : Normalizer
{
    const long MostCodePoints = 1 << 26;

    /// <summary>Whether no match can hold a printable ASCII character and a space after it.</summary>
    public bool StaysBetweenSpaces => pattern.StaysBetweenSpaces;

    /// <summary>Whether printable ASCII characters stay as they are.</summary>
    public bool KeepsPrintableAscii => !Enumerable.Range('!', '~' - ' ').Any(c => pattern.MayHold((char)c));

    public override string Describe() => $"Replace({shown})";

    public override void Apply(Workspace work)
    {
        var source = work.Text;
        var matches = work.Matches;
        matches.Clear();
        pattern.Find(source.CodePoints, matches);
        if (matches.Count == 0)
        {
            return;
        }

        // A pattern of one character and a long content make the square of a text, which nobody would see the end of.
        if ((long)matches.Count * content.Length > MostCodePoints)
        {
            throw new PJobException(
                $"{Describe()} makes more than {MostCodePoints:N0} characters of a text of {source.Count:N0}; fix: shorten the text, or "
                    + "use a tokenizer whose normalizer does not multiply texts",
                ExitCode.Model
            );
        }

        var target = work.NewText();
        var done = 0;
        foreach (var (start, end) in matches)
        {
            target.Add(source, done, start);
            foreach (var c in content)
            {
                target.Add(c, source.From(end - 1), source.To(end - 1));
            }

            done = end;
        }

        target.Add(source, done, source.Count);
        work.Accept(target);
    }
}
