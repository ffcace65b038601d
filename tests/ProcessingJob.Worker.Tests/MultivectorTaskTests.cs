using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;

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
