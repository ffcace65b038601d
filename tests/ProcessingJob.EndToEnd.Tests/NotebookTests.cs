using System.Diagnostics;
using System.Text.Json.Nodes;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>What scripts/notebooks shows really works.</summary>
public sealed class NotebookTests
{
    [Fact]
    public async Task CSharpProgram_LocalJob_RunsToItsEnd()
    {
        using var bench = new JobBench(rows: 20);
        var spec = bench.Path("local.json");
        await File.WriteAllTextAsync(
            spec,
            SpecWriter.ToJsonText(SpecReader.Apply(SpecReader.ReadFile(bench.Spec), "output.data", bench.Path("out")))
        );
        var start = new ProcessStartInfo("dotnet", ["run", "-c", "Release", Repo.File("scripts", "notebooks", "embed.cs"), "--", spec])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // Tests of this process name another worker; a notebook has its own.
        start.Environment.Remove(WorkerCommand.Variable);

        using var program = Process.Start(start)!;
        var ended = await program.EndAsync();

        Assert.True(ended.ExitCode == 0, ended.Out + ended.Error);
        Assert.Contains("Completed after", ended.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(bench.Path("out", "_SUCCESS")));
    }

    [Theory]
    [InlineData("sagemaker-2")]
    [InlineData("sagemaker-3")]
    public async Task PythonNotebook_ItsArguments_AreOptionsOfTheWorker(string name)
    {
        Assert.SkipWhen(Tool.Find("python3") is null, "python3 is not on PATH.");
        var file = Repo.File("scripts", "notebooks", $"{name}.ipynb");
        var notebook = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        Assert.Equal(4, (int)notebook["nbformat"]!);
        var start = new ProcessStartInfo("python3", [Repo.File("tests", "reference", "sdk_requests.py"), name, file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var program = Process.Start(start)!;
        var ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.Error);
        var arguments = JsonNode.Parse(ended.Out)![0]!["AppSpecification"]!["ContainerArguments"]!
            .AsArray()
            .Select(a => (string)a!)
            .ToList();

        var spec = new JobSpec();
        foreach (var option in arguments.Chunk(2))
        {
            spec = SpecReader.Apply(spec, option[0].TrimStart('-'), option[1]);
        }

        Assert.Equal((TaskKind.Embed, Sharding.ByKey, 128), (spec.Task, spec.Input.Sharding, spec.Tokens.MaxLength));
        Assert.All(arguments, a => Assert.InRange(a.Length, 1, 256));
    }
}
