using System.Text.Json;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.Worker.Tests;

public class ClassifyTaskTests
{
    static readonly string Model = ModelCache.Get(new() { Head = ModelHead.SequenceClassification });
    static readonly JobSpec Spec = new()
    {
        Task = TaskKind.Classify,
        Input = new() { Text = ["a"] },
    };

    static string Line(string a, string b) => JsonSerializer.Serialize(new { a, b });

    [Fact]
    public async Task Write_TopK_ListsLabelsAndScoresBestFirst()
    {
        using var all = await TaskRun.Of(
            Spec with
            {
                Classify = new() { TopK = 9 },
            },
            Model,
            64,
            Line("It smells.", ""),
            Line("A fine film.", "")
        );
        using var one = await TaskRun.Of(Spec, Model, 64, Line("It smells.", ""), Line("A fine film.", ""));
        for (var row = 0; row < 2; row++)
        {
            var labels = all.Rows.Get<StructListColumn>("labels");
            var scores = all.Rows.Get<ListColumn<float>>("scores")[row].ToArray();
            Assert.Equal((3, 3), (labels.Length(row), scores.Length));
            Assert.Equal(scores.OrderDescending(), scores);
            Assert.Equal(1, scores.Sum(), 1e-5);
            Assert.Equal(
                one.Rows.Get<StringColumn>("label")[row].ToString(),
                ((StringColumn)labels.Fields[0])[labels.StartOf(row)].ToString()
            );
            Assert.Equal(scores[0], one.Rows.Get<ValueColumn<float>>("score")[row], 1e-6);
        }
    }

    [Fact]
    public async Task Encode_FirstTextFillsTheModelUnderOnlySecond_RejectsThatRowAlone()
    {
        var pairs = Spec with
        {
            Input = Spec.Input with { TextPair = "b" },
            Tokens = new() { Truncation = TruncationSide.OnlySecond },
        };
        using var run = await TaskRun.Of(
            pairs,
            Model,
            16,
            Line("Short.", string.Join(' ', Enumerable.Repeat("long", 50))),
            Line(string.Join(' ', Enumerable.Repeat("long", 50)), "Short."),
            Line("a", "b")
        );
        Assert.Equal([0L, 2], run.Rows.Get<ValueColumn<long>>("source_row").Values.ToArray());
        var reject = Assert.Single(run.Rejects);
        Assert.Equal((RejectReason.TooLong, 1L), (reject.Reason, reject.SourceRow));
        Assert.Contains("only_second keeps whole", reject.Message);
    }

    [Fact]
    public async Task Encode_Pair_DependsOnBothTexts()
    {
        var pairs = Spec with
        {
            Input = Spec.Input with { TextPair = "b" },
            Classify = new() { Activation = ScoreFunction.None, TopK = 3 },
        };
        using var run = await TaskRun.Of(
            pairs,
            Model,
            64,
            Line("It smells.", "A fine film."),
            Line("It smells.", "Back it goes."),
            Line("It smells.", "A fine film.")
        );
        var scores = run.Rows.Get<ListColumn<float>>("scores");
        Assert.NotEqual(scores[0].ToArray(), scores[1].ToArray());
        Assert.Equal(scores[0].ToArray(), scores[2].ToArray());
    }
}
