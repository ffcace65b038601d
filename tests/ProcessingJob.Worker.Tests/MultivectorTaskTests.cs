using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Launcher.Reading;

namespace ProcessingJob.Worker.Tests;

public class MultivectorTaskTests
{
    public static TheoryData<string> Folders => TaskGoldens.Of("st", "kind", "multivector");

    [Theory, MemberData(nameof(Folders))]
    public async Task Write_FolderOfColbert_GivesTheLibrarysVectors(string name)
    {
        var folder = TaskGoldens.Folder("st", name);
        foreach (var call in TaskGoldens.Calls(TaskGoldens.Expected(folder), "encode"))
        {
            TaskRun run;
            try
            {
                run = await TaskRun.Of(TaskGoldens.Spec(TaskKind.Multivector, call), folder, TaskGoldens.Lines(call));
            }
            catch (PJobException e) when (name == "colbert-token-pooling")
            {
                Assert.Equal(
                    (ExitCode.Model, true),
                    (e.ExitCode, e.Message.Contains("HierarchicalTokenPooling", StringComparison.Ordinal))
                );
                return;
            }

            using (run)
            {
                Check(call, run);
            }
        }

        Assert.NotEqual("colbert-token-pooling", name);
    }

    [Theory]
    [InlineData("colbert", 8, "the model's queries have 12 tokens")]
    [InlineData("colbert", 20, "the model's queries have 12 tokens")]
    [InlineData("colbert-min", 8, "the model's queries have at least 10 tokens")]
    public void Open_MaxLengthThatQueriesCannotHave_IsRefused(string name, int length, string message)
    {
        var folder = TaskGoldens.Folder("st", name);
        Assert.SkipUnless(Directory.Exists(folder), $"{folder} is not there.");
        var spec = new JobSpec
        {
            Task = TaskKind.Multivector,
            Embed = new() { Role = TextRole.Query },
            Tokens = new() { MaxLength = length },
        };
        var e = Assert.Throws<PJobException>(() => ModelUse.Of(spec, folder));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains(message, e.Message);
    }

    [Theory]
    [InlineData("task: multivector\nembed: { role: query }\ntokens: { overflow: window }", "pieces that are no queries")]
    [InlineData("task: tag\nembed: { role: query }", "task tag knows no roles; they are for embed, sparse, multivector")]
    [InlineData("task: rerank\ninput: { text: a }", "input.text_pair: not set")]
    public void Check_KeysThatDoNotFitTheTask_AreRefused(string yaml, string message)
    {
        var e = Assert.Throws<PJobException>(() => SpecRules.Check(SpecReader.Parse(yaml, "job.yaml"), inContainer: true));
        Assert.Contains(message, e.Message);
    }

    static void Check(JsonElement call, TaskRun run)
    {
        Assert.Empty(run.Rejects);
        var texts = run.Rows.Get<ItemsColumn>("embeddings");
        var tokens = (ItemsColumn)texts.Items;
        var numbers = (ValueColumn<float>)tokens.Items;
        var row = 0;
        foreach (var expected in call.GetProperty("values").EnumerateArray())
        {
            var vectors = expected.EnumerateArray().Select(TaskGoldens.Numbers).ToArray();
            Assert.Equal(vectors.Length, texts.Length(row));
            for (var v = 0; v < vectors.Length; v++)
            {
                var token = texts.StartOf(row) + v;
                var found = numbers.Values[tokens.StartOf(token)..tokens.Ends[token]].ToArray();
                Assert.InRange(TaskGoldens.Difference(vectors[v], [.. found.Select(f => (double)f)]), 0, 1e-4);
            }

            row++;
        }

        Assert.Equal(row, texts.Count);
    }
}
