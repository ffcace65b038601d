namespace ProcessingJob.Tokenization.Tests;

/// <summary>
/// Habits of other models' tokenizer.json files, put together by tests/reference/variants.mjs: ids, offsets and text as Hugging Face has
/// them.
/// </summary>
public class VariantTests(OwnVocabularies vocabularies) : IClassFixture<OwnVocabularies>
{
    public static TheoryData<string> Names =>
        [
            "wordpiece-many-added",
            "wordpiece-spaced-added",
            "wordpiece-old",
            "wordpiece-gaps",
            "bpe-spaces",
            "bpe-spaces-plain",
            "bpe-cl100k",
            "bpe-cl100k-digit",
            "bpe-cl100k-inverted",
            "sp-bpe",
            "sp-bpe-single",
            "sp-bpe-silent",
            "sp-bpe-bytes",
            "sp-bpe-some-bytes",
            "sp-bpe-llama",
            "unigram-bytes",
            "unigram-strip",
            "unigram-first",
            "unigram-never",
            "unigram-deberta",
            "wordlevel",
            "bpe-suffix",
            "bpe-affixes",
        ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_TextsAndFuzz_EqualsHuggingFace(string name)
    {
        if (Judge.Absent != null)
        {
            Assert.Skip(Judge.Absent);
        }

        var file = vocabularies.JsonOf(name);
        List<string> texts =
        [
            .. vocabularies.Texts,
            "",
            " ",
            "\n",
            "xqa Zqz qlampq xqaZqz qlampqs",
            "a qxz qxz  qxzb",
            "qx-y",
            "tea pot tea  pot a tea",
            "qxz",
            "x-y-x-",
            "a  b   c\t\td\n\n\ne     f",
            "  stripped  or not\u3000\n",
            .. Fuzz.Texts(1200, seed: 8),
            .. Mixed(600, seed: 9),
        ];
        // Where unknown characters vanish or some bytes lack a token, Hugging Face counts places as though the text were another; ours stay
        // with it.
        var plain = new JudgeJob(file, texts) { Details = name is not ("sp-bpe-silent" or "sp-bpe-some-bytes") };
        var truncated = new JudgeJob(file, texts) { Specials = true, MaxLength = 16 };
        var judged = Judge.Run(plain, truncated);
        Assert.Multiple(
            () => Parity.Check(plain, judged[0], $"{name} plain"),
            () => Parity.Check(truncated, judged[1], $"{name} truncated")
        );
    }

    /// <summary>Parts of the texts run together, in any case, so that added tokens overlap and touch words.</summary>
    List<string> Mixed(int count, int seed)
    {
        var random = new Random(seed);
        string[] words = [.. vocabularies.Texts.SelectMany(text => text.Split(' ')).Where(word => word.Length > 0)];
        string[] between = ["", "", " ", " ", "  ", "   ", "-", "\n", "7"];
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    string.Concat(
                        Enumerable
                            .Range(0, random.Next(1, 12))
                            .Select(_ =>
                            {
                                var word = words[random.Next(words.Length)];
                                word = random.Next(4) switch
                                {
                                    0 => word.ToUpperInvariant(),
                                    1 => word[random.Next(word.Length)..],
                                    _ => word,
                                };
                                return word + between[random.Next(between.Length)];
                            })
                    )
                ),
        ];
    }
}
