using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Models.Folders;
using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.Worker.Tests;

public sealed class ZeroShotTaskTests : IDisposable
{
    static readonly string[] Candidates = ["travel", "cooking", "the news of the day"];
    static readonly string[] Texts =
    [
        "A film.",
        "It smells, and that for a very long time. " + string.Concat(Enumerable.Repeat("long ", 200)),
        "😀 ok",
    ];

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, "contradiction", "neutral", "entailment")]
    [InlineData(true, "contradiction", "neutral", "entailment")]
    [InlineData(false, "ENTAILMENT", "neutral", "contradiction")]
    [InlineData(true, "entailment", "neutral", "not_entailment")]
    public async Task Write_Candidates_AreScoredByTheLogitsOfTheirPairs(bool several, params string[] labels)
    {
        var model = Model(labels);
        var lines = Texts.Select(t => JsonSerializer.Serialize(new { a = t })).ToArray();
        var spec = Spec(several, Candidates);
        using var run = await TaskRun.Of(spec, model, 48, lines);
        using var pairs = await TaskRun.Of(
            spec with
            {
                Classify = new() { Activation = ScoreFunction.None, TopK = 3 },
                Input = spec.Input with { TextPair = "b" },
                Tokens = new() { Truncation = TruncationSide.OnlyFirst },
            },
            model,
            48,
            [.. Texts.SelectMany(t => Candidates.Select(c => JsonSerializer.Serialize(new { a = t, b = $"It is {c}!" })))]
        );
        var entails = Array.FindIndex(labels, l => l.StartsWith("entail", StringComparison.OrdinalIgnoreCase));
        for (var text = 0; text < Texts.Length; text++)
        {
            var logits = Candidates.Select((_, c) => Logits(pairs, text * Candidates.Length + c, labels)).ToArray();
            var expected = logits
                .Select(l =>
                    several
                        ? Math.Exp(l[entails]) / (Math.Exp(l[entails]) + Math.Exp(l[2 - entails]))
                        : Math.Exp(l[entails]) / logits.Sum(other => Math.Exp(other[entails]))
                )
                .Zip(Candidates)
                .OrderByDescending(p => p.First)
                .ToArray();
            var found = run.Rows.Get<StructListColumn>("labels");
            Assert.Equal(
                expected.Select(e => e.Second),
                Enumerable.Range(0, 3).Select(i => ((StringColumn)found.Fields[0])[found.StartOf(text) + i].ToString())
            );
            var scores = run.Rows.Get<ListColumn<float>>("scores")[text].ToArray();
            Assert.All(expected.Zip(scores), p => Assert.Equal(p.First.First, p.Second, 1e-5));
        }

        Assert.Equal(Texts.Length, run.Rows.Count);
        Assert.Equal([false, true, false], run.Rows.Get<ValueColumn<bool>>("truncated").Values.ToArray());
    }

    [Fact]
    public async Task Write_OneCandidate_IsJudgedAgainstContradiction()
    {
        var model = Model("contradiction", "neutral", "entailment");
        using var one = await TaskRun.Of(Spec(false, "travel"), model, 48, "{\"a\":\"A film.\"}");
        using var each = await TaskRun.Of(Spec(true, "travel", "cooking"), model, 48, "{\"a\":\"A film.\"}");
        var labels = each.Rows.Get<StructListColumn>("labels");
        var place = ((StringColumn)labels.Fields[0])[0].ToString() == "travel" ? 0 : 1;
        Assert.Equal(
            each.Rows.Get<ListColumn<float>>("scores")[0][place],
            Assert.Single(one.Rows.Get<ListColumn<float>>("scores")[0].ToArray()),
            1e-6
        );
    }

    [Theory]
    [InlineData(false, "expected one that begins with 'entail'", "positive", "negative", "neutral")]
    [InlineData(true, "expected a contradiction there", "neutral", "contradiction", "entailment")]
    public async Task Open_LabelsOfAnotherTask_AreRefusedByName(bool several, string message, params string[] labels)
    {
        var e = await Assert.ThrowsAsync<PJobException>(() => TaskRun.Of(Spec(several, Candidates), Model(labels), 48, "{\"a\":\"x\"}"));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public async Task Open_HypothesisWithoutRoomForTheText_IsRefusedBeforeTheFirstRow()
    {
        var spec = Spec(false, string.Concat(Enumerable.Repeat("very long ", 40)), "short");
        var model = Model("contradiction", "neutral", "entailment");
        var e = await Assert.ThrowsAsync<PJobException>(() => TaskRun.Of(spec, model, 48, "{\"a\":\"x\"}"));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("classify.hypothesis: 'It is very long", e.Message);
        Assert.Contains("for the text, expected more than 0", e.Message);
    }

    [Fact]
    public void Open_Label2IdThatContradicts_IsRefused()
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(Model("contradiction", "neutral", "entailment"), "config.json")))!;
        config["label2id"] = new JsonObject { ["entailment"] = 0, ["contradiction"] = 2 };
        File.WriteAllText(_folder["config.json"], config.ToJsonString());
        var model = ModelFolder.Open(_folder.Path, new() { Task = TaskKind.Classify, WithoutGraph = true });
        var e = Assert.Throws<PJobException>(() => Entailment.Of(model, needsOpposite: false));
        Assert.Contains("config.json contradicts itself", e.Message);
    }

    [Theory]
    [InlineData("classify: { candidates: [a, b], hypothesis: 'no place' }", "expected a sentence with {} once")]
    [InlineData("classify: { candidates: [a, b], hypothesis: '{} and {}' }", "expected a sentence with {} once")]
    [InlineData("classify: { candidates: [a, a] }", "'a' stands there twice")]
    [InlineData("classify: { candidates: [a, b], top_k: 2 }", "classify.top_k and classify.activation are for the model's own labels")]
    [InlineData("classify: { multi_label: true }", "are for classify.candidates, which are not set")]
    public void Check_KeysThatDoNotFit_AreRefused(string yaml, string message)
    {
        var e = Assert.Throws<PJobException>(() =>
            SpecRules.Check(SpecReader.Parse("task: classify\n" + yaml, "job.yaml"), inContainer: true)
        );
        Assert.Contains(message, e.Message);
    }

    static JobSpec Spec(bool several, params string[] candidates) =>
        new()
        {
            Task = TaskKind.Classify,
            Input = new() { Text = ["a"] },
            Classify = new()
            {
                Candidates = [.. candidates],
                Hypothesis = "It is {}!",
                MultiLabel = several,
            },
        };

    static double[] Logits(TaskRun run, int row, string[] labels)
    {
        var names = run.Rows.Get<StructListColumn>("labels");
        var scores = run.Rows.Get<ListColumn<float>>("scores")[row];
        var logits = new double[labels.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            logits[Array.IndexOf(labels, ((StringColumn)names.Fields[0])[names.StartOf(row) + i].ToString())] = scores[i];
        }

        return logits;
    }

    static string Model(params string[] labels) => ModelCache.Get(new() { Head = ModelHead.SequenceClassification, Labels = labels });
}
