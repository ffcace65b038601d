namespace ProcessingJob.Tokenization.Tests;

/// <summary>Ids back to text, as Hugging Face's decoders do it: of texts, and of ids that no text has.</summary>
public class DecodeTests(OwnVocabularies vocabularies) : IClassFixture<OwnVocabularies>
{
    [Fact]
    public void Decode_OwnVocabularies_EqualsHuggingFace()
    {
        if (Judge.Absent != null)
        {
            Assert.Skip(Judge.Absent);
        }

        List<string> texts = [.. vocabularies.Texts, .. Fuzz.Texts(300, seed: 3)];
        Check([.. OwnVocabularies.Names.Select(vocabularies.JsonOf)], texts);
    }

    [Fact]
    public void Decode_RealVocabularies_EqualsHuggingFace()
    {
        SharedCorporaTests.SkipWithoutData();
        List<string> texts = [.. Corpora.Names.SelectMany(name => Corpora.Read(name).Take(40)), .. Fuzz.Texts(300, seed: 4)];
        string[] names =
        [
            "bert-base-uncased",
            "bert-base-cased",
            "mpnet-constructed",
            "roberta-base",
            "gpt2",
            "t5-small",
            "xlm-roberta-base-rebuilt",
        ];
        Check([.. names.Select(name => Path.Combine(Checkout.Vocabulary(name), "tokenizer.json"))], texts);
    }

    static void Check(IReadOnlyList<string> files, IReadOnlyList<string> texts)
    {
        var jobs = files
            .SelectMany(file =>
            {
                var ids = Ids(Parity.Loaded(Path.GetDirectoryName(file)!), texts);
                return (DecodeJob[])[new(file, ids, SkipSpecials: true), new(file, ids, SkipSpecials: false)];
            })
            .ToList();
        var judged = DecodeJudge.Run(jobs);
        var wrong = new List<string>();
        for (var i = 0; i < jobs.Count; i++)
        {
            var tokenizer = Parity.Loaded(Path.GetDirectoryName(jobs[i].Tokenizer)!);
            for (var k = 0; k < judged[i].Length; k++)
            {
                var ours = tokenizer.Decode(jobs[i].Ids[k], jobs[i].SkipSpecials);
                if (ours != judged[i][k])
                {
                    wrong.Add(
                        $"{jobs[i].Tokenizer} [{string.Join(' ', jobs[i].Ids[k].Take(12))}]: {Parity.Show(ours)} not "
                            + $"{Parity.Show(judged[i][k])}"
                    );
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} differ\n{string.Join('\n', wrong.Take(20))}");
    }

    /// <summary>Those of the texts, with special tokens; random ones, some beyond the vocabulary; and none.</summary>
    static List<int[]> Ids(Tokenizer tokenizer, IReadOnlyList<string> texts)
    {
        var encoder = tokenizer.CreateEncoder(new EncodeOptions { MaxLength = 60 });
        var buffer = new EncodingBuffer();
        foreach (var text in texts)
        {
            encoder.Encode(text, buffer);
        }

        var random = new Random(9);
        return
        [
            .. Enumerable.Range(0, buffer.Count).Select(i => buffer.Ids(i).ToArray()),
            .. Enumerable
                .Range(0, 500)
                .Select(_ => Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(tokenizer.VocabularySize + 3)).ToArray()),
            .. Enumerable
                .Range(0, 200)
                .Select(_ =>
                    Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(Math.Min(400, tokenizer.VocabularySize))).ToArray()
                ),
            [],
        ];
    }
}
