using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ProcessingJob.Samples.Tokenizers;

/// <summary>A Unigram tokenizer with the layout of xlm-roberta-base, but no normaliser: its precompiled table is not ours.</summary>
static partial class UnigramTokenizer
{
    const string Space = "▁";

    /// <exception cref="ArgumentException">The vocabulary is too small for the characters alone.</exception>
    public static TokenizerJson Train(int vocabulary)
    {
        var characters = Enumerable
            .Range('!', '~' - '!' + 1)
            .Select(c => $"{(char)c}")
            .Concat(TrainingText.BeyondAscii(TrainingText.All))
            .Append(Space)
            .Distinct()
            .ToList();
        string[] specials = ["<s>", "<pad>", "</s>", "<unk>"];
        var capacity = vocabulary - specials.Length - characters.Count - 1;
        if (capacity < 0)
        {
            throw new ArgumentException(
                $"A vocabulary of {vocabulary} holds no Unigram tokenizer: it needs at least {vocabulary - capacity}."
            );
        }

        var trainer = new PairTrainer("");
        foreach (var (word, count) in TrainingText.Count(TrainingText.All, Words()))
        {
            trainer.Add(word.EnumerateRunes().Select(rune => rune.ToString()).Prepend(Space), count);
        }

        var pieces = trainer.Train(capacity).Select(merge => merge.Merged).Distinct().Except(characters).Concat(characters).ToList();
        while (pieces.Count < vocabulary - specials.Length - 1)
        {
            pieces.Add($"{Space}madeupword{pieces.Count:D4}");
        }

        var vocab = new JsonArray([
            .. specials.Select(token => Piece(token, 0)),
            .. pieces.Select((piece, rank) => Piece(piece, Score(rank))),
            Piece("<mask>", 0),
        ]);
        return new(Json(vocab), "XLMRobertaTokenizer", ByteLevelTokenizer.Roles, vocab.Count);
    }

    [GeneratedRegex(@"\S+")]
    private static partial Regex Words();

    /// <summary>A log probability by Zipf's law; pieces learnt first are the most frequent.</summary>
    static double Score(int rank) => Math.Round(-2.5 - Math.Log(rank + 1), 6);

    static JsonArray Piece(string piece, double score) => [piece, score];

    static JsonObject Json(JsonArray vocab) =>
        TokenizerJson.Compose(
            [("<s>", 0), ("<pad>", 1), ("</s>", 2), ("<unk>", 3), ("<mask>", vocab.Count - 1)],
            null,
            new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "WhitespaceSplit" }, Metaspace()),
            },
            TemplateProcessing.Build(
                new Dictionary<string, int> { ["<s>"] = 0, ["</s>"] = 2 },
                [("<s>", 0), ("A", 0), ("</s>", 0)],
                [("<s>", 0), ("A", 0), ("</s>", 0), ("</s>", 0), ("B", 0), ("</s>", 0)]
            ),
            Metaspace(),
            new JsonObject
            {
                ["type"] = "Unigram",
                ["unk_id"] = 3,
                ["vocab"] = vocab,
                ["byte_fallback"] = false,
            }
        );

    static JsonObject Metaspace() =>
        new()
        {
            ["type"] = "Metaspace",
            ["replacement"] = Space,
            ["add_prefix_space"] = true,
            ["prepend_scheme"] = "always",
        };
}
