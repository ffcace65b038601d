using System.Text.Json;
using CsCheck;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Samples;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>Answers and labels against transformers.js' pipelines on the same ONNX file and texts.</summary>
public sealed class AnswerParityTests
{
    const int TopK = 5;

    static readonly (string Question, string Context)[] Asked =
    [
        ("Where was the maker founded?", "Basalt, the maker, was founded in Porto in 1974 by two brothers who had worked in a shipyard."),
        ("What broke?", "The handle broke after a week; the lid did not."),
        (
            "Who likes it?",
            "My daughter does, and so does the neighbour's dog. I would rather have my money back, because it smells, badly."
        ),
        ("how long?", "one"),
        ("Is it, in any way, worth the 1,234.56 that they ask for it in the shop around the corner?", "No. Not at all; but it is blue."),
    ];

    static readonly string[] Texts =
    [
        "A fine film.",
        "It works, I suppose; but why would anyone want it in blue?",
        "good",
        "Three of my friends sent theirs back within a week.",
    ];

    [Theory]
    [InlineData(ModelFamily.Bert)]
    [InlineData(ModelFamily.Roberta)]
    [InlineData(ModelFamily.DistilBert)]
    public async Task Rank_OneWindow_EqualsTransformersJs(ModelFamily family)
    {
        if (!Node.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        var folder = ModelCache.Get(new SampleModelOptions { Family = family, Head = ModelHead.QuestionAnswering });
        using var temp = new TempFolder();
        var input = temp.Write(
            "texts.jsonl",
            string.Concat(Asked.Select(a => JsonSerializer.Serialize(new { question = a.Question, context = a.Context }) + "\n"))
        );
        await Node.RunAsync(
            "qa.mjs",
            ["--model", folder, "--texts", input, "--out", temp["out"], "--top-k", $"{TopK}"],
            cancellationToken: TestContext.Current.CancellationToken
        );
        var theirs = File.ReadLines(temp["out"]).Select(l => JsonSerializer.Deserialize<TheirAnswer[]>(l)!).ToList();

        var tokenizer = Tokenizer.Load(folder);
        var (encoder, window) = (tokenizer.CreateEncoder(new() { WithOffsets = true }), new EncodingBuffer());
        foreach (var (question, context) in Asked)
        {
            encoder.Encode(question, context, window);
        }

        using var engine = InferenceEngine.Create(
            ModelFolder.Open(folder),
            new EngineOptions { Task = TaskKind.Answer, Device = DeviceKind.Cpu }
        );
        using var result = await engine.RunAsync(window, TestContext.Current.CancellationToken);
        var spans = new AnswerSpans(
            new()
            {
                TopK = TopK,
                MaxAnswerLength = 1000,
                SpecialIds = tokenizer.Describe().SpecialTokens.Select(t => t.Id).ToHashSet(),
            }
        );
        for (var i = 0; i < window.Count; i++)
        {
            spans.Clear();
            spans.Add(result.Start(i), result.End(i), window.Ids(i), window.Offsets(i));
            var ours = spans.Rank();
            // Theirs fills up with impossible spans of score 0 where there are too few.
            var expected = theirs[i].Where(t => t.score > 0).ToList();
            Assert.Equal(expected.Count, ours.Count);
            foreach (var (their, our) in expected.Zip(ours))
            {
                Assert.Equal(their.score, our.Score, 1e-4);
                // Both decoders join the pieces, but clean up spaces differently.
                Assert.Equal(Letters(their.answer), Letters(tokenizer.Decode(window.Ids(i)[our.FirstToken..(our.LastToken + 1)])));
                // Ours is cut from the text: the same letters without the spaces and ## that decoding made up.
                var cut = Asked[i].Context[AnswerText.Range(Asked[i].Context, our)];
                Assert.Equal(Letters(their.answer).TrimStart('#'), Letters(cut));
            }
        }
    }

    [Theory]
    [InlineData(ModelFamily.Bert)]
    [InlineData(ModelFamily.Roberta)]
    [InlineData(ModelFamily.DistilBert)]
    public async Task Top_Softmax_EqualsTransformersJs(ModelFamily family)
    {
        if (!Node.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        var folder = ModelCache.Get(new SampleModelOptions { Family = family, Head = ModelHead.SequenceClassification });
        using var temp = new TempFolder();
        var input = temp.Write("texts.jsonl", string.Concat(Texts.Select(t => JsonSerializer.Serialize(new { text = t }) + "\n")));
        await Node.RunAsync(
            "classify.mjs",
            ["--model", folder, "--texts", input, "--out", temp["out"], "--top-k", "3"],
            cancellationToken: TestContext.Current.CancellationToken
        );
        var theirs = File.ReadLines(temp["out"]).Select(l => JsonSerializer.Deserialize<TheirLabel[]>(l)!).ToList();

        var model = ModelFolder.Open(folder);
        var (encoder, window) = (Tokenizer.Load(folder).CreateEncoder(new()), new EncodingBuffer());
        foreach (var text in Texts)
        {
            encoder.Encode(text, window);
        }

        using var engine = InferenceEngine.Create(model, new EngineOptions { Task = TaskKind.Classify, Device = DeviceKind.Cpu });
        using var result = await engine.RunAsync(window, TestContext.Current.CancellationToken);
        var (scores, best) = (new float[3], new ClassScore[3]);
        for (var i = 0; i < Texts.Length; i++)
        {
            ClassScores.Apply(ClassScores.Resolve(ScoreFunction.Auto, model.ProblemType, model.Labels.Count), result.Row(i), scores);
            Assert.Equal(3, ClassScores.Top(scores, best));
            foreach (var (their, our) in theirs[i].Zip(best))
            {
                Assert.Equal(their.label, model.Labels[our.Label]);
                Assert.Equal(their.score, our.Score, 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(ModelFamily.Bert)]
    [InlineData(ModelFamily.Roberta)]
    public void Encode_LongContext_EveryTokenIsInAWindow(ModelFamily family)
    {
        var tokenizer = Tokenizer.Load(ModelCache.Get(new SampleModelOptions { Family = family, Head = ModelHead.QuestionAnswering }));
        (
            from words in Gen.Int[0, Asked.Length - 1].Array[1, 12]
            from length in Gen.Int[40, 128]
            from stride in Gen.Int[0, 20]
            select (string.Join(' ', words.Select(w => Asked[w].Context)), length, stride)
        ).Sample(
            c =>
            {
                // Samples run on several threads, an encoder on one.
                var whole = tokenizer.CreateEncoder(new() { WithOffsets = true });
                var windows = tokenizer.CreateEncoder(
                    new()
                    {
                        MaxLength = c.length,
                        Truncation = Truncation.OnlySecond,
                        Window = true,
                        Stride = c.stride,
                        WithOffsets = true,
                    }
                );
                var (all, cut) = (new EncodingBuffer(), new EncodingBuffer());
                whole.Encode("What?", c.Item1, all);
                windows.Encode("What?", c.Item1, cut);
                var seen = Enumerable.Range(0, cut.Count).SelectMany(w => cut.Offsets(w).ToArray()).Where(o => o.Sequence == 1).ToHashSet();
                Assert.All(all.Offsets(0).ToArray().Where(o => o.Sequence == 1), token => Assert.Contains(token, seen));
                for (var w = 0; w < cut.Count; w++)
                {
                    Assert.InRange(cut.Length(w), 1, c.length);
                }
            },
            iter: 50
        );
    }

    static string Letters(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c))).ToLowerInvariant();

    sealed record TheirAnswer(string answer, double score);

    sealed record TheirLabel(string label, double score);
}
