using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>Input as other tools leave it, from the plan to the rows of the output, on any number of hosts.</summary>
public sealed class DataFormatTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_InferredTypesAndFolders_AreTheSameColumnsOnAnyNumberOfHosts()
    {
        _folder.Write("data/year=2024/lang=en/a.csv", "text,n,zip\none,1,007\n");
        _folder.Write("data/year=2025/lang=de/b.csv", "text,n,zip\nzwei,2.5,1\n");
        string[] options = ["--input.keep", "*", "--input.types", "infer", "--input.partitions", "true", "--input.text", "text"];
        string[] expected =
        [
            """{"text":"one","n":1,"zip":"007","year":2024,"lang":"en"}""",
            """{"text":"zwei","n":2.5,"zip":"1","year":2025,"lang":"de"}""",
        ];
        foreach (var hosts in new[] { "1", "2" })
        {
            var (run, rows) = await RunAsync(_folder[$"out{hosts}"], [.. options, "--hosts", hosts]);
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.Equal(expected, rows.Select(row => Kept(row, "text", "n", "zip", "year", "lang")).Order());
        }

        // Another file with other values makes another spec: its parts are never put beside these.
        _folder.Write("data/year=2025/lang=de/c.csv", "text,n,zip\ndrei,x,1\n");
        var (changed, _) = await RunAsync(_folder["out1"], options);
        Assert.Equal(2, changed.ExitCode);
        Assert.Contains("input.types", changed.Error);
    }

    [Fact]
    public async Task Run_DatasetSavedToDisk_ReadsItsArrowStreams()
    {
        var texts = new StringArray.Builder().Append("one").Append("two").Build();
        var batch = new RecordBatch(new Schema([new Field("text", texts.Data.DataType, true)], null), [texts], 2);
        Directory.CreateDirectory(_folder["data"]);
        using (var to = File.Create(_folder["data", "data-00000-of-00001.arrow"]))
        using (var writer = new ArrowStreamWriter(to, batch.Schema))
        {
            await writer.WriteRecordBatchAsync(batch, TestContext.Current.CancellationToken);
            await writer.WriteEndAsync(TestContext.Current.CancellationToken);
        }

        _folder.Write("data/state.json", "{}");
        _folder.Write("data/dataset_info.json", "{}");
        var (run, rows) = await RunAsync(_folder["out"], ["--input.text", "text", "--input.keep", "*", "--input.sharding", "by_key"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(["one", "two"], rows.Select(row => (string?)row["text"]));
        Assert.Contains("dataset_info.json, state.json; where one is data, rename it (files_skipped)", run.Out + run.Error);
    }

    static string Kept(JsonObject row, params string[] names) =>
        new JsonObject(names.Select(name => KeyValuePair.Create(name, row[name]?.DeepClone()))).ToJsonString();

    async Task<((int ExitCode, string Out, string Error) Run, List<JsonObject> Rows)> RunAsync(string output, string[] options)
    {
        var run = await Programs.PjobAsync([
            "run",
            "--task",
            "tokenize",
            "--model",
            Models.Tiny,
            "--input.data",
            _folder["data"],
            "--output",
            output,
            .. options,
        ]);
        var head = await Programs.PjobAsync(["head", output, "-n", "100", "--json"]);
        return (
            (run.ExitCode, run.Out, run.Error),
            head.ExitCode == 0 ? [.. JsonNode.Parse(head.Out)!.AsArray().Select(row => row!.AsObject())] : []
        );
    }
}
