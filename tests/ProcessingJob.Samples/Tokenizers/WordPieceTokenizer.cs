using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ProcessingJob.Samples.Tokenizers;

/// <summary>An uncased WordPiece tokenizer with the layout of bert-base-uncased.</summary>
static partial class WordPieceTokenizer
{
    const int FirstSpecial = 100;
    static readonly string[] Specials = ["[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <exception cref="ArgumentException">The vocabulary is too small for the characters alone.</exception>
    public static TokenizerJson Train(int vocabulary)
    {
        var tokens = new List<string> { "[PAD]" };
        tokens.AddRange(Enumerable.Range(0, FirstSpecial - 1).Select(Unused));
        tokens.AddRange(Specials);
        var text = TrainingText.All.ToLowerInvariant();
        var characters = Enumerable
            .Range('!', '~' - '!' + 1)
            .Where(c => c is < 'A' or > 'Z')
            .Select(c => $"{(char)c}")
            .Concat(TrainingText.BeyondAscii(text))
            .ToList();
        tokens.AddRange(characters);
        tokens.AddRange(characters.Select(character => "##" + character));
        var seen = tokens.ToHashSet(StringComparer.Ordinal);
        if (tokens.Count > vocabulary)
        {
            throw new ArgumentException($"A vocabulary of {vocabulary} holds no WordPiece tokenizer: it needs at least {tokens.Count}.");
        }

        var trainer = new PairTrainer("##");
        foreach (var (word, count) in TrainingText.Count(text, Words()))
        {
            trainer.Add(word.Select((character, i) => i == 0 ? $"{character}" : $"##{character}"), count);
        }

        tokens.AddRange(trainer.Train(vocabulary - tokens.Count).Select(merge => merge.Merged).Where(seen.Add));
        while (tokens.Count < vocabulary)
        {
            tokens.Add(Unused(tokens.Count));
        }

        return Of(tokens);
    }

    /// <param name="tokens">A vocabulary with bert-base-uncased's special tokens where that has them.</param>
    public static TokenizerJson Of(IReadOnlyList<string> tokens) => new(Json(tokens), "BertTokenizer", Roles, tokens.Count);

    public static IReadOnlyDictionary<string, string> Roles { get; } =
        new Dictionary<string, string>
        {
            ["unk_token"] = "[UNK]",
            ["sep_token"] = "[SEP]",
            ["pad_token"] = "[PAD]",
            ["cls_token"] = "[CLS]",
            ["mask_token"] = "[MASK]",
        };

    static string Unused(int number) => $"[unused{number}]";

    [GeneratedRegex("[a-z]+|[0-9]+")]
    private static partial Regex Words();

    static JsonObject Json(IReadOnlyList<string> tokens) =>
        TokenizerJson.Compose(
            Specials.Select((token, i) => (token, FirstSpecial + i)).Prepend(("[PAD]", 0)),
            new JsonObject
            {
                ["type"] = "BertNormalizer",
                ["clean_text"] = true,
                ["handle_chinese_chars"] = true,
                ["strip_accents"] = null,
                ["lowercase"] = true,
            },
            new JsonObject { ["type"] = "BertPreTokenizer" },
            TemplateProcessing.Build(
                new Dictionary<string, int> { ["[CLS]"] = FirstSpecial + 1, ["[SEP]"] = FirstSpecial + 2 },
                [("[CLS]", 0), ("A", 0), ("[SEP]", 0)],
                [("[CLS]", 0), ("A", 0), ("[SEP]", 0), ("B", 1), ("[SEP]", 1)]
            ),
            new JsonObject
            {
                ["type"] = "WordPiece",
                ["prefix"] = "##",
                ["cleanup"] = true,
            },
            new JsonObject
            {
                ["type"] = "WordPiece",
                ["unk_token"] = "[UNK]",
                ["continuing_subword_prefix"] = "##",
                ["max_input_chars_per_word"] = 100,
                ["vocab"] = TokenizerJson.Vocab(tokens),
            }
        );
}
