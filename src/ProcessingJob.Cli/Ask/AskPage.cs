using ProcessingJob.Cli.Pages;

namespace ProcessingJob.Cli.Ask;

/// <summary>The page of one question: the answer in its text, and what every token scored.</summary>
internal static class AskPage
{
    public static string Build(FoundAnswers found, string context)
    {
        var page = new HtmlPage(found.Question, "pjob ask");
        page.Add("Answer", found.Best is null ? $"No answer: {found.WhyNone}." : "",
            Html.Facts([
                (found.Best is null ? "Best candidate" : "Answer", found.Candidates.Count > 0 ? found.Candidates[0].Answer : "none", ""),
                ("Score", found.Candidates.Count > 0 ? $"{found.Candidates[0].Score:0.0000}" : "", "probability of start × end"),
                ("No answer", $"{found.NoAnswerScore:0.0000}", "probability of [CLS] × [CLS]"),
            ]));
        if (found.Tokens is { } tokens)
        {
            var where = tokens.Windows > 1 ? $" The text has {tokens.Windows} windows; this is number {tokens.Window + 1}, which holds the candidate." : "";
            page.Add("Start scores", $"The logit of every token to be the first of the answer.{where}", new TokenPlot(tokens.Labels, tokens.Start, 1, tokens.First, tokens.Last).Build());
            page.Add("End scores", "The logit of every token to be the last of the answer.", new TokenPlot(tokens.Labels, tokens.End, 3, tokens.First, tokens.Last).Build());
        }
        if (found.Candidates.Count > 1)
            page.Add("Candidates", "", Html.Table(["answer", "score"], found.Candidates.Select(c => (IReadOnlyList<string>)[c.Answer, $"{c.Score:0.0000}"]), longColumn: 0));
        page.Add("Text", "", $"<pre>{Marked(context, found.Candidates.Count > 0 ? found.Candidates[0] : null)}</pre>");
        return page.Build("Drawn by pjob ask. Everything is in this file; it loads nothing.");
    }

    private static string Marked(string context, FoundAnswer? answer) => answer is null
        ? Html.Encode(context)
        : $"{Html.Encode(context[..answer.Start])}<mark>{Html.Encode(context[answer.Start..answer.End])}</mark>{Html.Encode(context[answer.End..])}";
}
