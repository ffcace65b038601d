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

    [Fact]
    public void PythonNotebook_ItsArguments_AreOptionsOfTheWorker()
    {
        var notebook = JsonNode.Parse(File.ReadAllText(Repo.File("scripts", "notebooks", "processor.ipynb")))!;
        Assert.Equal(4, (int)notebook["nbformat"]!);
        var code = string.Concat(
            notebook["cells"]!
                .AsArray()
                .Where(c => (string?)c!["cell_type"] == "code")
                .SelectMany(c => c!["source"]!.AsArray())
                .Select(l => (string?)l)
        );
        var list = code[(code.IndexOf("arguments=[", StringComparison.Ordinal) + "arguments=".Length)..];
        var arguments = JsonNode
            .Parse(list[..(list.IndexOf(']', StringComparison.Ordinal) + 1)])!
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
