namespace ProcessingJob.Tokenization.Pipeline;

/// <summary>Puts <paramref name="content"/> for every match of a pattern.</summary>
sealed class Replace(IPattern pattern, int[] content, string shown) : Normalizer
{
    /// <summary>Whether no match can hold a printable ASCII character and a space after it.</summary>
    public bool StaysBetweenSpaces => pattern.StaysBetweenSpaces;

    public override string Describe() => $"Replace({shown})";

    public override void Apply(Workspace work)
    {
        var source = work.Text;
        var target = work.NewText();
        var done = 0;
        for (var at = 0; pattern.Find(source.CodePoints, ref at, out var end); at = done = end)
        {
            target.Add(source, done, at);
            foreach (var c in content)
            {
                target.Add(c, source.From(end - 1), source.To(end - 1));
            }
        }

        target.Add(source, done, source.Count);
        work.Accept(target);
    }
}
