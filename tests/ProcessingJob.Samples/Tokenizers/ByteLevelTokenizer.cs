using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ProcessingJob.Samples.Tokenizers;

/// <summary>A byte-level BPE tokenizer with the layout of roberta-base.</summary>
static partial class ByteLevelTokenizer
{
    static readonly string[] Alphabet = MakeAlphabet();

    /// <exception cref="ArgumentException">The vocabulary is too small for the bytes alone.</exception>
    public static TokenizerJson Train(int vocabulary)
    {
        List<string> tokens = ["<s>", "<pad>", "</s>", "<unk>", .. Alphabet.Order(StringComparer.Ordinal)];
        if (tokens.Count >= vocabulary)
        {
            throw new ArgumentException(
                $"A vocabulary of {vocabulary} holds no byte-level tokenizer: it needs at least {tokens.Count + 1}."
            );
        }

        var trainer = new PairTrainer("");
        foreach (var (word, count) in TrainingText.Count(TrainingText.All, Words()))
        {
            trainer.Add(Encoding.UTF8.GetBytes(word).Select(value => Alphabet[value]), count);
        }

        var seen = tokens.ToHashSet(StringComparer.Ordinal);
        var merges = new JsonArray();
        foreach (var (left, right, merged) in trainer.Train(vocabulary - tokens.Count - 1))
        {
            merges.Add($"{left} {right}");
            if (seen.Add(merged))
            {
                tokens.Add(merged);
            }
        }

        while (tokens.Count < vocabulary - 1)
        {
            tokens.Add($"madeupword{tokens.Count:D4}");
        }

        tokens.Add("<mask>");
        return new(Json(tokens, merges), "RobertaTokenizer", Roles, tokens.Count);
    }

    public static IReadOnlyDictionary<string, string> Roles { get; } =
        new Dictionary<string, string>
        {
            ["bos_token"] = "<s>",
            ["eos_token"] = "</s>",
            ["unk_token"] = "<unk>",
            ["sep_token"] = "</s>",
            ["pad_token"] = "<pad>",
            ["cls_token"] = "<s>",
            ["mask_token"] = "<mask>",
        };

    // Words as the byte-level pre-tokenizer cuts them, each with the space before it.
    [GeneratedRegex(@"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Words();

    /// <summary>A visible character for each byte: itself where it is one, else the next one from U+0100 on.</summary>
    static string[] MakeAlphabet()
    {
        var next = 0x100;
        return
        [
            .. Enumerable
                .Range(0, 256)
                .Select(value => $"{(char)(value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? value : next++)}"),
        ];
    }

    static JsonObject Json(List<string> tokens, JsonArray merges) =>
        TokenizerJson.Compose(
            [("<s>", 0), ("<pad>", 1), ("</s>", 2), ("<unk>", 3), ("<mask>", tokens.Count - 1)],
            null,
            new JsonObject
            {
                ["type"] = "ByteLevel",
                ["add_prefix_space"] = false,
                ["trim_offsets"] = true,
                ["use_regex"] = true,
            },
            new JsonObject
            {
                ["type"] = "RobertaProcessing",
                ["sep"] = new JsonArray("</s>", 2),
                ["cls"] = new JsonArray("<s>", 0),
                ["trim_offsets"] = true,
                ["add_prefix_space"] = false,
            },
            new JsonObject
            {
                ["type"] = "ByteLevel",
                ["add_prefix_space"] = true,
                ["trim_offsets"] = true,
                ["use_regex"] = true,
            },
            new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "",
                ["fuse_unk"] = false,
                ["vocab"] = TokenizerJson.Vocab(tokens),
                ["merges"] = merges,
            }
        );
}
