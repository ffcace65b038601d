using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>Containers that nobody planned for, and the one command that ends their job.</summary>
public sealed class FinishTests
{
    const string Data = "id,text\n1,one\n2,two\n3,three\n";

    [Fact]
    public async Task Finish_OutputOfTheWorkerAlone_IsWhatCheckAndRunAskFor()
    {
        using var bench = new ContainerBench();
        bench.WriteData("a.csv", Data);
        bench.WriteData("b.csv", Data);
        Assert.Equal(0, (await bench.RunAsync()).ExitCode);

        var before = await Programs.PjobAsync("check", bench.Paths.Output);
        Assert.Equal(1, before.ExitCode);
        Assert.Contains($"not finalised: pjob finish {bench.Paths.Output}", before.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("remove the damaged files", before.Out, StringComparison.Ordinal);

        var finish = await Programs.PjobAsync("finish", bench.Paths.Output, "--json");
        Assert.True(finish.ExitCode == 0, finish.Error);
        Assert.Equal(6, (int)JsonNode.Parse(finish.Out)!["rows_out"]!);
        Assert.Contains("note: the output does not name its input", finish.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Programs.PjobAsync("check", bench.Paths.Output)).ExitCode);
        Assert.True((bool)JsonNode.Parse((await Programs.PjobAsync("finish", bench.Paths.Output, "--json")).Out)!["already"]!);

        var run = await Programs.PjobAsync(
            "run",
            "--task=embed",
            $"--model={Models.Tiny}",
            $"--input.data={bench.Paths.Data}",
            "--input.text=text",
            "--input.id=id",
            "--tokens.max_length=32",
            $"--output.data={bench.Paths.Output}"
        );
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("was written without a plan", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finish_TwoSpecsInOneOutput_NamesBothFingerprints()
    {
        using var bench = new ContainerBench();
        bench.WriteData("a.csv", Data);
        Assert.Equal(0, (await bench.RunAsync()).ExitCode);
        var first = bench.Commits.Single().SpecFingerprint;
        // The next container starts with an empty volume, and the service uploads into the same prefix.
        using var other = new ContainerBench();
        other.WriteSpec("""{ "task": "embed", "input": { "text": "text", "id": "id" }, "tokens": { "max_length": 16 } }""");
        other.WriteData("a.csv", Data);
        Assert.Equal(0, (await other.RunAsync()).ExitCode);
        var second = other.Commits.Single().SpecFingerprint;
        using var prefix = new TempFolder();
        foreach (var output in new[] { bench.Paths.Output, other.Paths.Output })
        {
            foreach (var file in Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories))
            {
                var to = prefix["out", Path.GetRelativePath(output, file)];
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to, overwrite: true);
            }
        }

        var finish = await Programs.PjobAsync("finish", prefix["out"]);
        Assert.Equal(2, finish.ExitCode);
        Assert.Contains("holds units of two specs", finish.Error, StringComparison.Ordinal);
        Assert.All([first, second], fingerprint => Assert.Contains(fingerprint, finish.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finish_AsTheWorkersArgument_EndsTheJobInsideTheImage()
    {
        using var bench = new ContainerBench();
        bench.WriteData("a.csv", Data);
        Assert.Equal(0, (await bench.RunAsync()).ExitCode);

        var worker = Programs.Worker with { Arguments = [.. Programs.Worker.Arguments, "finish"] };
        using (var finish = worker.Start((ContainerPaths.RootVariable, bench.Paths.Root)))
        {
            Assert.Equal(0, (await finish.EndAsync()).ExitCode);
        }

        Assert.True(File.Exists(Path.Combine(bench.Paths.Output, "_SUCCESS")));
        Assert.Equal(0, (await Programs.PjobAsync("check", bench.Paths.Output)).ExitCode);

        var wrong = worker with { Arguments = [.. worker.Arguments, "--all"] };
        using var fails = wrong.Start((ContainerPaths.RootVariable, bench.Paths.Root));
        Assert.Equal((int)ExitCode.BadSpec, (await fails.EndAsync()).ExitCode);
    }
}
