using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Worker.Tests;

public class RerankTaskTests
{
    /// <summary>Chat templates are programs; the library itself depends on the batch in the second.</summary>
    static readonly HashSet<string> MayBeRefused = ["ce-logit-score-chat", "ce-qwen3-seq"];

    public static TheoryData<string> Folders => TaskGoldens.Of("st", "kind", "rerank");

    public static TheoryData<string> Classifiers => TaskGoldens.Of("hf", "task", "seqcls");

    public static TheoryData<string> OneLabel => [.. DerivedGoldens.Classifiers.Keys];

    [Theory, MemberData(nameof(Folders))]
    public async Task Write_FolderOfACrossEncoder_GivesTheLibrarysScores(string name)
    {
        var folder = TaskGoldens.Folder("st", name);
        var expected = TaskGoldens.Expected(folder);
        var several = expected.GetProperty("num_labels").GetInt32() > 1;
        foreach (var call in TaskGoldens.Calls(expected, "predict"))
        {
            if (TaskGoldens.Argument(call, "apply_softmax") is not null)
            {
                continue;
            }

            var spec = TaskGoldens.Spec(TaskKind.Rerank, call);
            spec = spec with
            {
                Input = spec.Input with { TextPair = "b" },
                Rerank = new()
                {
                    Activation = TaskGoldens.Argument(call, "activation_fn") is null ? RerankActivation.Auto : RerankActivation.None,
                },
            };
            try
            {
                using var run = await TaskRun.Of(spec, folder, TaskGoldens.Lines(call));
                Check(call, run);
            }
            catch (PJobException e) when (several || MayBeRefused.Contains(name))
            {
                Assert.Equal(ExitCode.Model, e.ExitCode);
                Assert.Contains(several ? "fix: task: classify" : "chat template", e.Message);
                return;
            }
        }

        Assert.False(several);
    }

    [Theory, MemberData(nameof(Classifiers))]
    public Task Write_FolderOfTransformers_GivesTheLogitOrNamesClassify(string name) => CheckAsync(TaskGoldens.Folder("hf", name));

    [Theory, MemberData(nameof(OneLabel))]
    public async Task Write_ClassifierCutToOneLabel_GivesItsLogit(string name)
    {
        using var folder = DerivedGoldens.FirstLabel(name);
        Assert.SkipWhen(folder is null, $"{name} stands beside the checkout only");
        await CheckAsync(folder!["model"]);
    }

    static async Task CheckAsync(string folder)
    {
        var expected = TaskGoldens.Expected(folder);
        var texts = expected.GetProperty("texts").EnumerateArray().ToArray();
        var logits = expected.GetProperty("outputs").EnumerateArray().Select(o => TaskGoldens.Numbers(o.GetProperty("logits"))).ToArray();
        var spec = new JobSpec
        {
            Task = TaskKind.Rerank,
            Input = new()
            {
                Text = ["a"],
                TextPair = "b",
                Blank = BlankTexts.Embed,
            },
            Tokens = new() { MaxLength = expected.GetProperty("max_length").GetInt32() },
            Rerank = new() { Activation = RerankActivation.None },
        };
        // deberta v1 may be refused by the family; here it is not.
        if (logits[0].Length > 1)
        {
            var e = Assert.Throws<PJobException>(() => ModelFolder.Open(folder, new() { Task = TaskKind.Rerank }));
            Assert.Equal((ExitCode.Model, true), (e.ExitCode, e.Message.Contains("fix: task: classify", StringComparison.Ordinal)));
            return;
        }

        var pairs = Enumerable.Range(0, texts.Length).Where(i => texts[i].ValueKind == JsonValueKind.Array).ToArray();
        Assert.NotEmpty(pairs);
        string[] lines = [.. pairs.Select(i => JsonSerializer.Serialize(new { a = texts[i][0].GetString(), b = texts[i][1].GetString() }))];
        using var run = await TaskRun.Of(spec, folder, lines);
        var found = run.Rows.Get<ValueColumn<float>>("score").Values.ToArray().Select(v => (double)v).ToArray();
        Assert.Empty(run.Rejects);
        Assert.InRange(TaskGoldens.Difference([.. pairs.Select(i => logits[i][0])], found, logits.Max(l => Math.Abs(l[0]))), 0, 1e-4);
    }

    static void Check(JsonElement call, TaskRun run)
    {
        var expected = call.GetProperty("values").EnumerateArray().ToArray();
        var (scores, rows) = (run.Rows.Get<ValueColumn<float>>("score"), run.Rows.Get<ValueColumn<long>>("source_row"));
        // The library fails where a pair has no token at all; here it is a reject.
        Assert.Equal(expected.Count(v => v.ValueKind == JsonValueKind.Null), run.Rejects.Count);
        Assert.All(run.Rejects, reject => Assert.Equal(RejectReason.MissingText, reject.Reason));
        for (var i = 0; i < scores.Count; i++)
        {
            var wanted = expected[(int)rows[i]].GetDouble();
            Assert.Equal(wanted, scores[i], 1e-4 * Math.Max(1, Math.Abs(wanted)));
        }
    }
}
