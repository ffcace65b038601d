using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

/// <summary>The task that init takes is the one that the folder is for.</summary>
public sealed class InitTaskTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("folders/ce-1-default", "rerank", "  text: query\n  text_pair: passage\n")]
    [InlineData("folders/ce-logit-score-plain", "rerank", "  text: query\n  text_pair: passage\n")]
    [InlineData("folders/splade-max", "sparse", "  text: passage")]
    [InlineData("folders/splade-inference-free", "sparse", "  text: passage")]
    [InlineData("folders/colbert", "multivector", "  role: document")]
    [InlineData("folders/layernorm", "embed", "  text: passage")]
    [InlineData("goldens/bert-tokcls", "tag", "  text: passage")]
    public async Task Init_ModelFolder_ChoosesItsTask(string model, string task, string expected)
    {
        var data = _folder.Write("a.jsonl", "{\"id\":1,\"query\":\"q\",\"passage\":\"p\"}\n");
        var folder = Repo.File(["tests", "ProcessingJob.Models.Tests", .. model.Split('/')]);
        var run = await PjobRun.RunAsync("init", data, folder, "--file", _folder["job.yaml"]);
        Assert.True(run.ExitCode == 0, run.Error);
        var job = File.ReadAllText(_folder["job.yaml"]);
        Assert.Contains($"\ntask: {task} ", job);
        Assert.Contains(expected, job);
        // What init writes is what the commands take.
        var plan = await PjobRun.RunAsync("plan", _folder["job.yaml"]);
        Assert.True(plan.ExitCode == 0, plan.Error);
    }
}
