using System.Text.Json.Nodes;
using ParquetSharp;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>What happens to columns is said where a user looks: in the plan, at the end of the run and in the manifest.</summary>
public sealed class DataWarningTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_ColumnThatIsConverted_SaysSoInPlanRunAndManifest()
    {
        var path = _folder["data", "a.parquet"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var writer = new ParquetFileWriter(path, [new Column<string>("text"), new Column<Int96>("when")]))
        {
            using var group = writer.AppendRowGroup();
            group.NextColumn().LogicalWriter<string>().WriteBatch(["one"]);
            group.NextColumn().LogicalWriter<Int96>().WriteBatch([new Int96(0, 0, 2_440_588)]);
            writer.Close();
        }

        string[] job =
        [
            "--task",
            "tokenize",
            "--model",
            Models.Tiny,
            "--input.data",
            _folder["data"],
            "--input.keep",
            "*",
            "--output",
            _folder["out"],
        ];
        var plan = await Programs.PjobAsync(["plan", .. job]);
        var run = await Programs.PjobAsync(["run", .. job]);
        var strict = await Programs.PjobAsync(["run", .. job, "--strict", "--output", _folder["strict"]]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("(column_converted)", plan.Out + plan.Error);
        Assert.Contains("(column_converted)", run.Out + run.Error);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(_folder["out", "_manifest.json"]))!;
        Assert.Contains(manifest["warnings"]!.AsArray(), w => (string?)w!["code"] == "column_converted");
        Assert.Equal(2, strict.ExitCode);
    }
}
