namespace ProcessingJob.Tokenization.Tests;

/// <summary>Real vocabularies and corpora against Hugging Face's tokenizers.</summary>
public class SharedCorporaTests
{
    /// <summary>TOKENIZER_LINES=1000000 checks every line; that takes many minutes, most of them the judge's.</summary>
    static readonly int LinesPerCorpus = int.Parse(Environment.GetEnvironmentVariable("TOKENIZER_LINES") ?? "250");

    /// <summary>TOKENIZER_FUZZ=100000 for the whole set.</summary>
    static readonly int FuzzTexts = int.Parse(Environment.GetEnvironmentVariable("TOKENIZER_FUZZ") ?? "4000");

    public static TheoryData<string> Vocabularies =>
        [
            "all-MiniLM-L6-v2",
            "bert-base-uncased",
            "bert-base-cased",
            "bert-base-multilingual-cased",
            "mpnet-constructed",
            "roberta-base",
            "gpt2",
            "t5-small",
            "xlm-roberta-base-rebuilt",
        ];

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Encode_EveryCorpus_EqualsHuggingFace(string vocabulary)
    {
        SkipWithoutData();
        var file = Path.Combine(Checkout.Vocabulary(vocabulary), "tokenizer.json");
        var jobs = new List<(string What, JudgeJob Job)>();
        foreach (var corpus in Corpora.Names)
        {
            // Some lines of every corpus, others for every vocabulary.
            var all = Corpora.Read(corpus);
            var step = Math.Max(1, all.Count / LinesPerCorpus);
            List<string> texts = [.. all.Where((_, i) => (i + vocabulary.Length) % step == 0)];
            jobs.Add(($"{corpus} plain", new JudgeJob(file, texts) { Details = true }));
            foreach (var max in (int[])[16, 128, 512])
            {
                jobs.Add(($"{corpus} max {max}", new JudgeJob(file, texts) { Specials = true, MaxLength = max }));
            }

            List<string> pairs = [.. texts.Skip(1), texts[0]];
            jobs.Add(
                (
                    $"{corpus} pairs",
                    new JudgeJob(file, texts)
                    {
                        Pairs = pairs,
                        Specials = true,
                        MaxLength = 128,
                        Engine = "0.22",
                    }
                )
            );
        }

        var judged = Judge.Run([.. jobs.Select(job => job.Job)]);
        Assert.Multiple([.. jobs.Select((job, i) => (Action)(() => Parity.Check(job.Job, judged[i], $"{vocabulary} {job.What}")))]);
    }

    [Theory]
    [InlineData("bert-base-uncased")]
    [InlineData("bert-base-multilingual-cased")]
    [InlineData("roberta-base")]
    [InlineData("t5-small")]
    [InlineData("xlm-roberta-base-rebuilt")]
    public void Encode_Fuzz_EqualsHuggingFace(string vocabulary)
    {
        SkipWithoutData();
        var job = new JudgeJob(Path.Combine(Checkout.Vocabulary(vocabulary), "tokenizer.json"), Fuzz.Texts(FuzzTexts, seed: 11));
        Parity.Check(job, Judge.Run(job)[0], vocabulary);
    }

    internal static void SkipWithoutData()
    {
        if (!Directory.Exists(Checkout.SharedData))
        {
            Assert.Skip("../shared/data is not here");
        }

        if (Judge.Absent != null)
        {
            Assert.Skip(Judge.Absent);
        }
    }
}
