namespace ProcessingJob.Contract.Spec;

/// <summary>Rules of the tasks that read <c>input.text</c>.</summary>
static class TextRules
{
    public static IEnumerable<string> Broken(JobSpec s)
    {
        if (s.Input.Text.Count == 0 && s.Input.Format != InputFormat.Auto && InputFormats.Of(s.Input.Format).HasColumns)
        {
            yield return $"input.text: not set; expected the column that holds the text (format {Names.Of(s.Input.Format)})";
        }

        if (s.Input.TextPair is not null && !TaskTable.Of(s.Task).TakesPairs)
        {
            yield return $"input.text_pair: task {Names.Of(s.Task)} takes one text; pairs are for "
                + $"{string.Join(" and ", TaskTable.All.Where(t => t.TakesPairs).Select(t => Names.Of(t.Kind)).Order())}";
        }

        if (s.Input.TextPair is null && s.Tokens.Truncation == TruncationSide.OnlySecond)
        {
            yield return "tokens.truncation: only_second cuts the second text of a pair, but input.text_pair is not set";
        }

        if (s.Input.TextPair is not null && s.Tokens.Overflow == Overflow.Window)
        {
            yield return "tokens.overflow: window cannot be used with input.text_pair; expected truncate or reject";
        }
    }
}
