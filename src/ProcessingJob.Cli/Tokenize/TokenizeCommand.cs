using System.CommandLine;
using System.Globalization;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Tokenize;

static class TokenizeCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("tokenize", "Show the tokens of a text as the model sees them");
        var model = new Argument<string>("MODEL") { Description = "The model folder" };
        var text = new Argument<string>("TEXT") { Description = "The text; - reads standard input" };
        var pair = new Argument<string?>("PAIR") { Description = "Second text of a pair", Arity = ArgumentArity.ZeroOrOne };
        var maxLength = new Option<int?>("--max-length") { Description = "Truncate to N tokens", HelpName = "N" };
        var json = CommonOptions.Json();
        command.Arguments.Add(model);
        command.Arguments.Add(text);
        command.Arguments.Add(pair);
        command.Options.Add(maxLength);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var tokenizer = Tokenizer.Load(parsed.GetRequiredValue(model));
            var first = parsed.GetRequiredValue(text) is "-" ? cli.In.ReadToEnd() : parsed.GetRequiredValue(text);
            var second = parsed.GetValue(pair);
            var encoder = tokenizer.CreateEncoder(new() { MaxLength = parsed.GetValue(maxLength), WithOffsets = true });
            var encoding = new EncodingBuffer();
            if (second is null)
            {
                encoder.Encode(first, encoding);
            }
            else
            {
                encoder.Encode(first, second, encoding);
            }

            if (parsed.GetValue(json))
            {
                cli.WriteJson(Document(tokenizer, encoding));
            }
            else
            {
                cli.Out.Write(Table(tokenizer, encoding, [first, second ?? ""]));
            }
        });
        return command;
    }

    static object Document(Tokenizer tokenizer, EncodingBuffer e) =>
        new
        {
            InputIds = e.Ids(0).ToArray(),
            Tokens = e.Ids(0).ToArray().Select(tokenizer.IdToToken),
            TokenTypeIds = e.TypeIds(0).ToArray().Select(t => (int)t),
            SpecialTokensMask = e.SpecialTokensMask(0).ToArray().Select(t => (int)t),
            SequenceIds = e.Offsets(0).ToArray().Select(o => o.Sequence < 0 ? (int?)null : o.Sequence),
            Offsets = e.Offsets(0).ToArray().Select(o => new[] { o.Start, o.End }),
            Truncated = e.Truncated(0),
        };

    static string Table(Tokenizer tokenizer, EncodingBuffer e, string[] texts)
    {
        var table = new TextTable("token", "id", "type", "text");
        for (var i = 0; i < e.Length(0); i++)
        {
            var offset = e.Offsets(0)[i];
            var piece =
                e.SpecialTokensMask(0)[i] == 1
                    ? ""
                    : $"{offset.Start}-{offset.End} {texts[offset.Sequence][offset.Start..offset.End].ReplaceLineEndings(" ")}";
            table.Add(tokenizer.IdToToken(e.Ids(0)[i]) ?? "?", Number(e.Ids(0)[i]), Number(e.TypeIds(0)[i]), piece);
        }
        return $"{table}{Text.Plural(e.Length(0), "token")}{(e.Truncated(0) ? ", truncated" : "")}\n";
    }

    static string Number(int n) => n.ToString(CultureInfo.InvariantCulture);
}
