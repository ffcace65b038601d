using ProcessingJob.Cli.Pages;

namespace ProcessingJob.Cli.Ask;

/// <summary>The page of one question: the answer in its text, and what every token scored.</summary>
static class AskPage
{
    public static string Build(FoundAnswers found, string context)
    {
        var page = new HtmlPage(found.Question, "pjob ask");
        var best = found.Candidates.Count > 0 ? found.Candidates[0] : null;
        page.Add(
            found.Best is null ? "No answer" : "Answer",
            found.Best is null ? $"Because {found.WhyNone}." : "",
            (best is null ? "" : $"<div class=\"answer\">{Html.Encode(best.Answer)}</div>")
                + Html.Facts([
                    ("Score", best is null ? "none" : $"{best.Score:0.0000}", "start × end"),
                    ("No answer", $"{found.NoAnswerScore:0.0000}", "start × end of [CLS]"),
                ])
        );
        if (found.Tokens is { } tokens)
        {
            var where =
                tokens.Windows > 1
                    ? $" The text has {tokens.Windows} windows; this is number {tokens.Window + 1}, which holds the candidate."
                    : "";
            page.Add(
                "Start scores",
                $"The logit of every token to be the first of the answer; orange are the answer's tokens.{where}",
                new TokenPlot(tokens.Labels, tokens.Start, 1, tokens.First, tokens.Last).Build()
            );
            page.Add(
                "End scores",
                "The logit of every token to be the last of the answer.",
                new TokenPlot(tokens.Labels, tokens.End, 3, tokens.First, tokens.Last).Build()
            );
        }
        if (found.Candidates.Count > 1)
        {
            page.Add(
                "Candidates",
                "",
                Html.Table(["answer", "score"], found.Candidates.Select(c => (IReadOnlyList<string>)[c.Answer, $"{c.Score:0.0000}"]))
            );
        }

        page.Add("Text", "", $"<pre>{Marked(context, best)}</pre>");
        return page.Build("Drawn by pjob ask. Everything is in this file; it loads nothing.");
    }

    static string Marked(string context, FoundAnswer? answer) =>
        answer is null
            ? Html.Encode(context)
            : $"{Html.Encode(context[..answer.Start])}<mark>{Html.Encode(context[answer.Start..answer.End])}</mark>{Html.Encode(context[answer.End..])}";
}
