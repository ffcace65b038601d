namespace ProcessingJob.Tokenization.Tests;

/// <summary>Every family against Hugging Face's tokenizers, on vocabularies trained here.</summary>
public class OwnVocabularyTests(OwnVocabularies vocabularies) : IClassFixture<OwnVocabularies>
{
    public static TheoryData<string> Names => [.. OwnVocabularies.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_TextsAndFuzz_EqualsHuggingFace(string name)
    {
        if (Judge.Absent != null)
        {
            Assert.Skip(Judge.Absent);
        }

        var file = vocabularies.JsonOf(name);
        List<string> texts = [.. vocabularies.Texts, "", " ", "\n", "\u0001\u0001 gone, and then words", .. Fuzz.Texts(1500, seed: 5)];
        List<string> pairs = [.. texts.Skip(1), texts[0]];
        CheckAll(
            name,
            ("plain", new JudgeJob(file, texts) { Details = true }),
            (
                "truncated",
                new JudgeJob(file, texts)
                {
                    Specials = true,
                    MaxLength = 16,
                    Details = true,
                }
            ),
            (
                "pairs",
                new JudgeJob(file, texts)
                {
                    Pairs = pairs,
                    Specials = true,
                    MaxLength = 31,
                    Details = true,
                    Engine = "0.22",
                }
            ),
            ("pairs without specials", new JudgeJob(file, texts) { Pairs = pairs, Details = true })
        );
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_Windows_EqualHuggingFacesOverflow(string name)
    {
        if (Judge.Absent != null)
        {
            Assert.Skip(Judge.Absent);
        }

        var file = vocabularies.JsonOf(name);
        List<string> questions = [.. vocabularies.Texts.Select(text => text[..8])];
        CheckAll(
            name,
            (
                "windows",
                new JudgeJob(file, vocabularies.Texts)
                {
                    Specials = true,
                    MaxLength = 17,
                    Stride = 5,
                    Details = true,
                    Engine = "0.22",
                }
            ),
            (
                "windows of the context",
                new JudgeJob(file, questions)
                {
                    Pairs = vocabularies.Texts,
                    Specials = true,
                    MaxLength = 40,
                    Stride = 4,
                    Strategy = "OnlySecond",
                    Details = true,
                    Engine = "0.22",
                    TypesOfFirstOnly = true,
                }
            )
        );
    }

    [Theory]
    [InlineData("wordpiece-uncased")]
    [InlineData("bpe")]
    [InlineData("unigram")]
    public void Encode_TruncationFromTheLeft_EqualsHuggingFace(string name)
    {
        if (Judge.Absent != null)
        {
            Assert.Skip(Judge.Absent);
        }

        var folder = Directory.CreateDirectory(Path.Combine(vocabularies.Folder, name + "-left")).FullName;
        var file = Path.Combine(folder, "tokenizer.json");
        File.Copy(vocabularies.JsonOf(name), file, overwrite: true);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"truncation_side":"left"}""");
        List<string> pairs = [.. vocabularies.Texts.Skip(1), vocabularies.Texts[0]];
        var single = new JudgeJob(file, vocabularies.Texts)
        {
            Specials = true,
            MaxLength = 16,
            Details = true,
            FromLeft = true,
        };
        CheckAll(name, ("singles", single), ("pairs", single with { Pairs = pairs, MaxLength = 31, Engine = "0.22" }));
    }

    [Theory]
    [InlineData("wordpiece-uncased")]
    [InlineData("wordpiece-cased")]
    [InlineData("bpe")]
    [InlineData("unigram")]
    public void Encode_EveryScalarValue_EqualsHuggingFace(string name)
    {
        if (Judge.Absent != null)
        {
            Assert.Skip(Judge.Absent);
        }

        CheckAll(name, ("scalars", new JudgeJob(vocabularies.JsonOf(name), Fuzz.ScalarWords(64))));
    }

    static void CheckAll(string name, params (string What, JudgeJob Job)[] jobs)
    {
        var judged = Judge.Run([.. jobs.Select(job => job.Job)]);
        Assert.Multiple([.. jobs.Select((job, i) => (Action)(() => Parity.Check(job.Job, judged[i], $"{name} {job.What}")))]);
    }
}
