using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>What data, models and file names hold is shown; a terminal does not obey it.</summary>
public sealed class TerminalEscapesTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_FolderNamedByEscapes_ShowsThem()
    {
        var run = await PjobRun.RunAsync("check", "no\e[2J\asuch");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("no\\x1b[2J\\x07such", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Error);
    }

    [Fact]
    public async Task Inspect_LabelWithEscapes_ShowsThem()
    {
        var model = _folder.Copy(Repo.File("tests", "ProcessingJob.Models.Tests", "goldens", "bert-tokcls"), "model");
        var config = Path.Combine(model, "config.json");
        var text = await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken);
        var json = System.Text.Json.Nodes.JsonNode.Parse(text)!;
        json["id2label"]!["0"] = "O\e[31m";
        await File.WriteAllTextAsync(config, json.ToJsonString(), TestContext.Current.CancellationToken);

        var run = await PjobRun.RunAsync("model", "inspect", model);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.DoesNotContain('\e', run.Out);
    }
}
