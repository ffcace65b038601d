using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Model;

/// <summary>model: commands on a model folder, each a line here.</summary>
static class ModelCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("model", "Inspect, verify and prepare model folders");
        command.Subcommands.Add(FetchCommand.Create(cli));
        command.Subcommands.Add(Inspect(cli));
        command.Subcommands.Add(VerifyCommand.Create(cli));
        command.Subcommands.Add(PrepareCommand.Create(cli));
        command.Subcommands.Add(RangesCommand.Create(cli));
        return command;
    }

    static Command Inspect(CliContext cli)
    {
        var command = new Command("inspect", "Show what a model folder contains and what will be used");
        var folder = new Argument<string>("DIR") { Description = "The model folder" };
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(folder);
            var tokenizer = TokenizerLines(Tokenizer.Load(path).Describe());
            // A tokenizer alone is enough for task: tokenize.
            var model = File.Exists(Path.Combine(path, "config.json"))
                ? ModelFolder.Open(path).Describe()
                : [new("model", "none; the tokenizer alone serves task tokenize")];
            var lines = model.Concat(tokenizer).ToList();
            if (parsed.GetValue(json))
            {
                cli.WriteJson(
                    lines.GroupBy(l => l.Key).ToDictionary(g => g.Key.Replace(' ', '_'), g => string.Join('\n', g.Select(l => l.Value)))
                );
            }
            else
            {
                cli.Out.Write(Aligned(lines));
            }
        });
        return command;
    }

    static IEnumerable<KeyValuePair<string, string>> TokenizerLines(TokenizerDescription d)
    {
        yield return new("tokenizer", $"{d.Model} (from {d.Source})");
        yield return new("normalizer", d.Normalizer);
        yield return new("pre-tokenizer", d.PreTokenizer);
        yield return new("template", d.PostProcessor);
        yield return new("vocabulary", $"{Text.Count(d.VocabularySize)} tokens, including {Text.Count(d.AddedTokens)} added");
        yield return new("special tokens", string.Join(", ", d.SpecialTokens.Select(t => $"{t.Token} {t.Id}")));
        yield return new("tokenizer limit", d.MaxLength is { } max ? $"{Text.Count(max)} tokens" : "none");
        foreach (var note in d.Notes)
        {
            yield return new("note", note);
        }
    }

    static string Aligned(List<KeyValuePair<string, string>> lines)
    {
        var width = lines.Max(l => l.Key.Length);
        return string.Concat(lines.Select(l => $"{l.Key.PadRight(width)}  {l.Value}\n"));
    }
}
