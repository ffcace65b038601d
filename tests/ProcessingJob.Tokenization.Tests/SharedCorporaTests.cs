namespace ProcessingJob.Tokenization.Tests;

/// <summary>Real vocabularies and corpora against Hugging Face's tokenizers.</summary>
public class SharedCorporaTests
{
    public static TheoryData<string> Vocabularies =>
    [
        "all-MiniLM-L6-v2", "bert-base-uncased", "bert-base-cased", "bert-base-multilingual-cased", "mpnet-constructed",
        "roberta-base", "gpt2", "t5-small", "xlm-roberta-base-rebuilt",
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
            var texts = Corpora.Read(corpus);
            jobs.Add(($"{corpus} plain", new JudgeJob(file, texts) { Details = true }));
            foreach (var max in (int[])[16, 128, 512])
                jobs.Add(($"{corpus} max {max}", new JudgeJob(file, texts) { Specials = true, MaxLength = max, Details = max == 128 }));
        }

        var judged = Judge.Run([.. jobs.Select(job => job.Job)]);
        Assert.Multiple([.. jobs.Select((job, i) => (Action)(() => Parity.Check(job.Job, judged[i], $"{vocabulary} {job.What}")))]);
    }

    static void SkipWithoutData()
    {
        if (!Directory.Exists(Checkout.SharedData)) Assert.Skip("../shared/data is not here");
        if (Judge.Absent != null) Assert.Skip(Judge.Absent);
    }
}
