using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Inference.Heads;

namespace ProcessingJob.Cli.Ask;

static class AskCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("ask", "Answer questions about a text with a question-answering model, interactively or with --question");
        var model = new Argument<string>("MODEL") { Description = "The model folder" };
        var context = new Option<string>("--context", "-c")
        {
            Description = "File with the text; - reads standard input",
            HelpName = "FILE",
            Required = true,
        };
        var question = new Option<string?>("--question", "-q") { Description = "Ask this question and exit", HelpName = "Q" };
        var top = new Option<int>("--top")
        {
            Description = "Number of candidates to show",
            HelpName = "N",
            DefaultValueFactory = _ => 3,
        };
        var longest = new Option<int>("--max-answer-length")
        {
            Description = "Maximum answer length in tokens",
            HelpName = "N",
            DefaultValueFactory = _ => 30,
        };
        var html = new Option<string?>("--html")
        {
            Description = "Also write a page with the start and end scores of every token to this file",
            HelpName = "FILE",
        };
        var json = CommonOptions.Json();
        command.Arguments.Add(model);
        foreach (var option in (Option[])[context, question, top, longest, html, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var (asked, asJson) = (parsed.GetValue(question), parsed.GetValue(json));
                var (count, tokens) = (parsed.GetValue(top), parsed.GetValue(longest));
                if (count < 1 || tokens < 1)
                {
                    throw new PJobException($"--top {count} --max-answer-length {tokens}: expected at least 1 each", ExitCode.BadSpec);
                }

                if (asked is null && (asJson || parsed.GetValue(context) is "-"))
                {
                    throw new PJobException(
                        $"{(asJson ? "--json" : "--context -")} cannot be used interactively; ask with --question",
                        ExitCode.BadSpec
                    );
                }

                if (asked is not null && string.IsNullOrWhiteSpace(asked))
                {
                    throw new PJobException("--question: found an empty text, expected a question", ExitCode.BadSpec);
                }

                var text = ReadContext(cli, parsed.GetValue(context)!);
                using var answerer = new QuestionAnswerer(parsed.GetRequiredValue(model));
                for (
                    var next = asked ?? await PromptAsync(cli, cancellationToken);
                    next is { Length: > 0 };
                    next = asked is null ? await PromptAsync(cli, cancellationToken) : null
                )
                {
                    var found = await answerer.AskAsync(next, text, count, tokens, cancellationToken);
                    if (asJson)
                    {
                        cli.WriteJson(Document(found, text));
                    }
                    else
                    {
                        Print(cli, found);
                    }

                    if (parsed.GetValue(html) is { } file)
                    {
                        ResultFile.Write(file, AskPage.Build(found, text, parsed.GetRequiredValue(model)));
                        cli.Error.WriteLine($"wrote {file}");
                    }
                }
                return 0;
            }
        );
        return command;
    }

    static async Task<string?> PromptAsync(CliContext cli, CancellationToken cancellationToken)
    {
        cli.Error.Write("question (empty to end)> ");
        // A console's ReadLine cannot be cancelled: Ctrl-C leaves it behind.
        var line = await Task.Run(cli.In.ReadLine, cancellationToken).WaitAsync(cancellationToken);
        return line?.Trim();
    }

    static void Print(CliContext cli, FoundAnswers found)
    {
        if (found.Best is { } best)
        {
            cli.Out.WriteLine($"{best.Answer}  ({best.Score:0.0000})");
        }
        else
        {
            cli.Out.WriteLine($"no answer: {found.WhyNone} (no answer {found.NoAnswerScore:0.0000})");
        }

        foreach (var other in found.Candidates.Skip(found.Best is null ? 0 : 1))
        {
            cli.Out.WriteLine($"  {other.Score:0.0000}  {other.Answer.ReplaceLineEndings(" ")}");
        }
    }

    static object Document(FoundAnswers found, string text) =>
        new
        {
            found.Question,
            Answer = found.Best?.Answer,
            found.Best?.Score,
            found.NoAnswerScore,
            found.WhyNone,
            Candidates = found.Candidates.Select(c => new
            {
                c.Answer,
                Start = AnswerText.CodePoints(text, c.Start),
                End = AnswerText.CodePoints(text, c.End),
                c.Score,
            }),
        };

    static string ReadContext(CliContext cli, string file)
    {
        try
        {
            return file is "-" ? cli.In.ReadToEnd() : File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PJobException($"--context: {file}: {FileFault.Of(e)}", ExitCode.BadSpec, e);
        }
    }
}
