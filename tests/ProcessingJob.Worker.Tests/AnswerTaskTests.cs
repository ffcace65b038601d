using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Samples;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;
using ProcessingJob.Worker.Tasks;

namespace ProcessingJob.Worker.Tests;

public class AnswerTaskTests
{
    const int MaxLength = 64,
        Stride = 12;
    const string Short = "Basalt was founded in Porto by two brothers.";
    static readonly string Long = string.Join(
        ' ',
        Enumerable.Repeat("The 🙂 handle broke after a week; the lid did not. My daughter likes it, and so does the neighbour's dog.", 8)
    );
    static readonly JobSpec Spec = new()
    {
        Task = TaskKind.Answer,
        Input = new() { Question = "q", Context = "c" },
        Tokens = new() { Stride = Stride },
    };

    static string Model(ModelFamily family = ModelFamily.Bert) =>
        ModelCache.Get(new() { Family = family, Head = ModelHead.QuestionAnswering });

    static string Line(string question, string context) => JsonSerializer.Serialize(new { q = question, c = context });

    [Theory]
    [InlineData(ModelFamily.Bert)]
    [InlineData(ModelFamily.Roberta)]
    [InlineData(ModelFamily.DistilBert)]
    public async Task Write_LongContext_EqualsEverySpanOfEveryWindow(ModelFamily family)
    {
        using var run = await TaskRun.Of(
            Spec with
            {
                Answer = new() { TopK = 4, MaxAnswerLength = 9 },
            },
            Model(family),
            MaxLength,
            Line("What broke?", Long),
            Line("Who?", Short)
        );
        var answers = run.Rows.Get<StructListColumn>("answers");
        Assert.Equal(2, run.Rows.Count);
        foreach (var (row, (question, context)) in new[] { ("What broke?", Long), ("Who?", Short) }.Index())
        {
            var expected = await ReferenceAsync(Model(family), question, context, 9, 4);
            Assert.Equal(expected.Count, answers.Length(row));
            for (var k = 0; k < expected.Count; k++)
            {
                var item = answers.StartOf(row) + k;
                var (start, end) = (((ValueColumn<int>)answers.Fields[1])[item], ((ValueColumn<int>)answers.Fields[2])[item]);
                Assert.Equal(expected[k].Score, ((ValueColumn<float>)answers.Fields[3])[item], 1e-6);
                Assert.Equal(expected[k].Text, ((StringColumn)answers.Fields[0])[item].ToString());
                // Code points, as Python slices.
                Assert.Equal(expected[k].Text, string.Concat(context.EnumerateRunes().ToList()[start..end]));
            }
        }
    }

    [Fact]
    public async Task Write_OneAnswerWithLogits_HasOneValuePerToken()
    {
        using var run = await TaskRun.Of(
            Spec with
            {
                Answer = new() { Logits = true },
            },
            Model(),
            MaxLength,
            Line("What broke?", Long),
            Line("Who?", Short)
        );
        Assert.Equal(["answer", "start", "end", "score", "start_logits", "end_logits"], run.Task.Columns.Select(c => c.Name));
        for (var row = 0; row < 2; row++)
        {
            var tokens = run.Rows.Get<ValueColumn<int>>("token_count")[row];
            Assert.Equal(
                (tokens, tokens),
                (run.Rows.Get<ListColumn<float>>("start_logits").Length(row), run.Rows.Get<ListColumn<float>>("end_logits").Length(row))
            );
        }
        Assert.False(run.Rows.Get<StringColumn>("answer").IsNull(0));
        Assert.False(run.Rows.Get<ValueColumn<bool>>("truncated")[0]);
    }

    [Fact]
    public async Task Write_QuestionsCrossed_GivesARowPerQuestion()
    {
        var spec = Spec with
        {
            Input = new() { Context = "c" },
            Answer = new() { Questions = ["What?", "Who?"] },
        };
        using var run = await TaskRun.Of(spec, Model(), MaxLength, Line("", Short), Line("", Long));
        using var plain = await TaskRun.Of(
            Spec,
            Model(),
            MaxLength,
            Line("What?", Short),
            Line("Who?", Short),
            Line("What?", Long),
            Line("Who?", Long)
        );
        Assert.Equal(
            ["What?", "Who?", "What?", "Who?"],
            Enumerable.Range(0, 4).Select(i => run.Rows.Get<StringColumn>("question")[i].ToString())
        );
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(plain.Rows.Get<StringColumn>("answer")[i].ToString(), run.Rows.Get<StringColumn>("answer")[i].ToString());
        }

        Assert.Equal([0L, 0, 1, 1], run.Rows.Get<ValueColumn<long>>("source_row").Values.ToArray());
    }

    [Fact]
    public void CallsPerRow_FixedQuestions_CountsThem()
    {
        using var folder = new TempFolder();
        var tokenizer = Tokenizer.Load(Model());
        FeatureTask Create(AnswerSpec answer, InputSpec input) =>
            FeatureTasks.Create(
                new(Spec with { Answer = answer, Input = input }, ModelFolder.Open(Model()), tokenizer, MaxLength, "", new(folder.Path))
            );
        Assert.Equal(1, Create(new(), Spec.Input).CallsPerRow);
        Assert.Equal(3, Create(new() { Questions = ["What?", "Who?", "Where?"] }, new() { Context = "c" }).CallsPerRow);
    }

    [Fact]
    public async Task Write_NoAnswerWins_IsNullWithItsProbability()
    {
        var spec = Spec with
        {
            Answer = new() { NoAnswer = true, NoAnswerThreshold = 1 },
        };
        using var run = await TaskRun.Of(spec, Model(), MaxLength, Line("Who?", Short));
        Assert.True(run.Rows.Get<StringColumn>("answer").IsNull(0));
        Assert.True(run.Rows.Get<ValueColumn<int>>("start").IsNull(0));
        Assert.InRange(run.Rows.Get<ValueColumn<float>>("score")[0], 0f, 0.9f);
    }

    [Fact]
    public async Task Encode_QuestionWithoutRoomForItsContext_RejectsThatRowAlone()
    {
        using var run = await TaskRun.Of(Spec, Model(), MaxLength, Line("Who?", Short), Line(Long, Long), Line("What?", Short));
        Assert.Equal([0L, 2], run.Rows.Get<ValueColumn<long>>("source_row").Values.ToArray());
        var reject = Assert.Single(run.Rejects);
        Assert.Equal((RejectReason.TooLong, 1L), (reject.Reason, reject.SourceRow));
    }

    [Fact]
    public async Task Encode_OverflowReject_RejectsLongContexts()
    {
        using var run = await TaskRun.Of(
            Spec with
            {
                Tokens = new() { Overflow = Overflow.Reject },
            },
            Model(),
            MaxLength,
            Line("Who?", Short),
            Line("Who?", Long)
        );
        Assert.Equal(1, run.Rows.Count);
        Assert.Equal(RejectReason.TooLong, Assert.Single(run.Rejects).Reason);
    }

    [Fact]
    public async Task Create_FixedQuestionTooLong_IsABadSpec()
    {
        var spec = Spec with
        {
            Input = new() { Context = "c" },
            Answer = new() { Questions = [Long] },
        };
        var e = await Assert.ThrowsAsync<PJobException>(() => TaskRun.Of(spec, Model(), MaxLength, Line("", Short)));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.StartsWith("answer.questions", e.Message);
    }

    /// <summary>All spans of all windows, straight from the definition, each window run alone.</summary>
    static async Task<List<(string Text, double Score)>> ReferenceAsync(
        string folder,
        string question,
        string context,
        int longest,
        int topK
    )
    {
        var tokenizer = Tokenizer.Load(folder);
        var windows = new EncodingBuffer();
        tokenizer
            .CreateEncoder(
                new()
                {
                    MaxLength = MaxLength,
                    Truncation = Truncation.OnlySecond,
                    Window = true,
                    Stride = Stride,
                    WithOffsets = true,
                }
            )
            .Encode(question, context, windows);
        var special = tokenizer.Describe().SpecialTokens.Select(t => t.Id).ToHashSet();
        using var engine = InferenceEngine.Create(ModelFolder.Open(folder), new() { Task = TaskKind.Answer, Device = DeviceKind.Cpu });
        using var results = await engine.RunAsync(windows, default);
        var spans = new List<(int Start, int End, double Score)>();
        for (var w = 0; w < windows.Count; w++)
        {
            var (ids, offsets) = (windows.Ids(w).ToArray(), windows.Offsets(w).ToArray());
            double[] Probabilities(float[] logits)
            {
                var e = logits
                    .Select((l, i) => i == 0 || (offsets[i].Sequence == 1 && !special.Contains(ids[i])) ? Math.Exp(l) : 0)
                    .ToArray();
                return [.. e.Select(x => x / e.Sum())];
            }
            var (starts, ends) = (Probabilities(results.Start(w).ToArray()), Probabilities(results.End(w).ToArray()));
            for (var s = 1; s < ids.Length; s++)
            {
                for (var e = s; e < Math.Min(ids.Length, s + longest); e++)
                {
                    if (starts[s] * ends[e] > 0)
                    {
                        spans.Add((offsets[s].Start, offsets[e].End, starts[s] * ends[e]));
                    }
                }
            }
        }
        return
        [
            .. spans
                .GroupBy(s => (s.Start, s.End))
                .Select(g => (g.Key.Start, g.Key.End, Score: g.Max(s => s.Score)))
                .OrderByDescending(s => s.Score)
                .Take(topK)
                .Select(s => (context[s.Start..s.End].Trim(), s.Score)),
        ];
    }
}
