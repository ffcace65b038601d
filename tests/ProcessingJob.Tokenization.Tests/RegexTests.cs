using System.Text;
using System.Text.Json;
using ProcessingJob.Tokenization.Patterns;

namespace ProcessingJob.Tokenization.Tests;

/// <summary>Regular expressions of Split and Replace against Hugging Face's own engine: those of real folders, and seeded ones.</summary>
public sealed class RegexTests : IDisposable
{
    static readonly string[] Behaviors = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"];

    readonly string _folder = Directory.CreateTempSubdirectory("regex-").FullName;
    int _made;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>CLIP, BLOOM, Falcon, GPT-4o, DeepSeek, DeBERTa, RemBERT, CamemBERT and others.</summary>
    static readonly string[] Real =
    [
        @"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
        @" ?[^(\s|[.,!?…。，、।۔،])]+",
        "[0-9][0-9][0-9]",
        @"\s?\p{L}+|\s?\p{N}+|\s?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"[\r\n]",
        @"\s?[!-/:-~！-／：-～‘-‟　-。]+",
        @"\s+$",
        "[一-龥ࠀ-一가-퟿]+",
        @"\s{2,}|[\n\r\t]",
        " {2,}",
        @"\s+",
        @"[^\S\n]+",
        @"(?<=\p{L})[^\p{L}\s]|(?<!\p{N}),",
        @"^\s|\p{P}+?$",
        @"\A\S+|\S\z",
        @"\w++|\W",
        @"(?>\p{Lu}+)\p{Ll}|[\p{L}&&[^\p{Lu}]]+",
        @"\x41|\x{e9}|\u00df|\d+",
        @".{3}|.",
    ];

    [Fact]
    public void Split_ExpressionsOfRealFolders_EqualsHuggingFace()
    {
        SkipWithoutJudge();
        List<string> texts =
        [
            "It's  what THEY'LL say: don't, I'D 've!\n\n 12345 67,8 ½ Ⅷ\t\u00a0x",
            "日本語。한국어, «ça» ¿qué?… naïve e\u0301 👍🏽 \u0301a",
            "Aé ß ſs K\r\n\r\nAb1_2 \u3000。 x",
            .. Texts(60, seed: 31),
            .. Fuzz.Texts(150, seed: 32),
        ];
        Compare([.. Real.SelectMany(regex => Behaviors.Select((behavior, i) => Splitting(regex, behavior, inverted: i % 2 == 1)))], texts);
        Compare([.. Real.Select(regex => Splitting(regex, "Removed", inverted: true))], texts);
    }

    [Fact]
    public void Split_SeededExpressions_EqualsHuggingFace()
    {
        SkipWithoutJudge();
        var random = new Random(77);
        var jobs = new List<string>();
        var tried = 0;
        while (jobs.Count < 300)
        {
            tried++;
            var regex = Expression(random, 3);
            try
            {
                RegexPattern.Parse(regex);
            }
            catch (FormatException)
            {
                continue;
            }

            jobs.Add(Splitting(regex, Behaviors[random.Next(Behaviors.Length)], random.Next(3) == 0));
        }

        Assert.InRange(tried, jobs.Count, jobs.Count * 6);
        Compare(jobs, Texts(60, seed: 78));
    }

    [Fact]
    public void Replace_SeededExpressions_EqualsHuggingFace()
    {
        SkipWithoutJudge();
        var random = new Random(79);
        var jobs = new List<string>();
        while (jobs.Count < 150)
        {
            var regex = Expression(random, 2);
            try
            {
                RegexPattern.Parse(regex);
                jobs.Add(
                    Normalizing(
                        regex,
                        random.Next(3) switch
                        {
                            0 => "",
                            1 => " ",
                            _ => "bé",
                        }
                    )
                );
            }
            catch (FormatException)
            {
                // Refused ones are not asked about.
            }
        }

        Compare(jobs, Texts(60, seed: 80));
    }

    [Theory]
    [InlineData(@"\w")]
    [InlineData(@"\d")]
    [InlineData(@"\p{L}")]
    [InlineData(@"\p{M}")]
    [InlineData(@"\p{N}")]
    [InlineData(@"\p{P}")]
    [InlineData(@"\p{S}")]
    [InlineData(@"\p{Z}")]
    [InlineData(@"\P{C}")]
    public void Split_CharactersOfAProperty_EqualsHuggingFace(string regex)
    {
        SkipWithoutJudge();
        var texts = new List<string>();
        var text = new StringBuilder();
        for (var c = regex[^2] % 7; c <= 0x10FFFF; c += c < 0x20000 ? 7 : 97)
        {
            text.Append(c is >= 0xD800 and <= 0xDFFF ? "" : char.ConvertFromUtf32(c));
            if (text.Length > 600)
            {
                texts.Add(text.ToString());
                text.Clear();
            }
        }

        Compare([Splitting(regex, "Isolated", inverted: false)], texts);
    }

    void Compare(List<string> tokenizers, List<string> texts)
    {
        var jobs = tokenizers
            .Select(json =>
            {
                var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, $"{_made++}")).FullName, "tokenizer.json");
                File.WriteAllText(file, json);
                return new JudgeJob(file, texts) { Details = true };
            })
            .ToList();
        var judged = Judge.Run(jobs);
        Assert.Multiple([.. jobs.Select((job, i) => (Action)(() => Parity.Check(job, judged[i], tokenizers[i])))]);
    }

    /// <summary>A tokenizer whose tokens are the pieces that a Split leaves: offsets tell them apart.</summary>
    static string Splitting(string regex, string behavior, bool inverted) =>
        Tokenizer(
            null,
            new
            {
                type = "Split",
                pattern = new { Regex = regex },
                behavior,
                invert = inverted,
            }
        );

    static string Normalizing(string regex, string content) =>
        Tokenizer(
            new
            {
                type = "Replace",
                pattern = new { Regex = regex },
                content,
            },
            new
            {
                type = "Split",
                pattern = new { Regex = "[^\\n]|\\n" },
                behavior = "Isolated",
                invert = false,
            }
        );

    static string Tokenizer(object? normalizer, object preTokenizer) =>
        JsonSerializer.Serialize(
            new
            {
                version = "1.0",
                truncation = (object?)null,
                padding = (object?)null,
                added_tokens = Array.Empty<object>(),
                normalizer,
                pre_tokenizer = preTokenizer,
                post_processor = (object?)null,
                decoder = (object?)null,
                model = new
                {
                    type = "WordPiece",
                    unk_token = "?",
                    continuing_subword_prefix = "##",
                    max_input_chars_per_word = 100,
                    vocab = new Dictionary<string, int>
                    {
                        ["?"] = 0,
                        ["a"] = 1,
                        ["b"] = 2,
                        ["é"] = 3,
                        [" "] = 4,
                    },
                },
            }
        );

    static List<string> Texts(int count, int seed)
    {
        const string Characters = "aabbcABC12 \n\t  ..,'sSſKk_-é中½\u00a0\u0301";
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    string.Concat(
                        Enumerable
                            .Range(0, random.Next(0, 24))
                            .Select(_ => random.Next(20) == 0 ? "👍" : Characters[random.Next(Characters.Length)].ToString())
                    )
                ),
        ];
    }

    static string Expression(Random random, int depth)
    {
        var parts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Term(random, depth));
        return random.Next(3) == 0 && depth > 0 ? string.Concat(parts) + "|" + Expression(random, depth - 1) : string.Concat(parts);
    }

    static string Term(Random random, int depth)
    {
        string[] sets =
        [
            "a",
            "b",
            "B",
            "1",
            " ",
            @"\s",
            @"\S",
            @"\w",
            @"\W",
            @"\d",
            @"\p{L}",
            @"\P{L}",
            @"\p{Lu}",
            @"\p{N}",
            @"\.",
            ".",
            "é",
            "中",
        ];
        string[] classes =
        [
            "[ab]",
            "[^ab]",
            @"[a-c1]",
            @"[\s.,]",
            @"[^\s\p{L}]",
            @"[\p{L}&&[^a]]",
            "[a[b1]]",
            @"[^(\s|[.,])]",
            @"[\w-]",
            "[-a]",
        ];
        string[] repeats = ["", "", "", "?", "*", "+", "{2}", "{1,3}", "{2,}", "{,2}", "??", "*?", "+?", "++", "?+"];
        string[] looks = [@"(?!\S)", @"(?=a)", @"(?!a|\s)", @"(?<=a)", @"(?<!\s)", "^", "$", @"\A", @"\z"];
        return random.Next(12) switch
        {
            < 6 => sets[random.Next(sets.Length)] + repeats[random.Next(repeats.Length)],
            < 9 => classes[random.Next(classes.Length)] + repeats[random.Next(repeats.Length)],
            9 => looks[random.Next(looks.Length)],
            10 => "(?i:'s|k|aB|[b-d])",
            _ when depth > 0 => (
                random.Next(3) switch
                {
                    0 => "(",
                    1 => "(?:",
                    _ => "(?>",
                }
            )
                + Expression(random, depth - 1)
                + ")"
                + repeats[random.Next(repeats.Length)],
            _ => "a",
        };
    }

    static void SkipWithoutJudge() => Assert.SkipWhen(Judge.Absent != null, Judge.Absent ?? "");
}
