using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace ProcessingJob.EndToEnd.Tests;

public partial class PjobTests
{
    [Fact]
    public async Task Pjob_RunCheckHeadStatus_GoTheWholeWay()
    {
        using var bench = new JobBench(rows: 100);
        var output = bench.Path("out");
        var run = await Programs.PjobAsync("run", bench.Spec, "--output", output, "--hosts", "2", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var result = JsonNode.Parse(run.Out)!;
        Assert.Equal(
            ("Completed", 173, 171),
            ((string?)result["status"], (int)result["counts"]!["rows_in"]!, (int)result["counts"]!["rows_out"]!)
        );
        Assert.Contains("4 files", run.Error, StringComparison.Ordinal);

        var check = await Programs.PjobAsync("check", output);
        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.Contains("171 rows; all checks passed", check.Out, StringComparison.Ordinal);

        var head = await Programs.PjobAsync("head", output, "-n", "171", "--json");
        var rows = JsonNode.Parse(head.Out)!.AsArray();
        Assert.Equal(171, rows.Count);
        Assert.All(rows, r => Assert.Equal(32, r!["embedding"]!.AsArray().Count));
        Assert.Equal(171, rows.Select(r => (string?)r!["id"]).Distinct().Count());

        var part = Directory.GetFiles(Path.Combine(output, "data"))[0];
        var bytes = await File.ReadAllBytesAsync(part);
        bytes[bytes.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(part, bytes);
        var damaged = await Programs.PjobAsync("check", output);
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains($"{Path.GetFileName(part)}: its content has changed", damaged.Error, StringComparison.Ordinal);

        var again = await Programs.PjobAsync("run", bench.Spec, "--output", output);
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("Already complete", again.Out, StringComparison.Ordinal);
        Assert.Contains("Completed", (await Programs.PjobAsync("status", output)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pjob_ModelThatCannotBeRead_IsNamedByTheUsersPath()
    {
        using var bench = new JobBench(rows: 1);
        var model = Path.Combine(bench.Path("data"), "..", "model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.EnumerateFiles(Models.Tiny, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(model, Path.GetRelativePath(Models.Tiny, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }

        await File.WriteAllTextAsync(Path.Combine(model, "tokenizer.json"), "not json");
        var run = await Programs.PjobAsync("run", bench.Spec, "--output", bench.Path("out"), "--model", model);
        Assert.Equal(4, run.ExitCode);
        Assert.Contains(Path.Combine(Path.GetFullPath(model), "tokenizer.json"), run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(".pjob", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pjob_Terminated_StopsItsWorkersAndEndsWith143()
    {
        using var bench = new JobBench(rows: 20_000);
        using var pjob = bench.StartPjob("out", 2);
        var ended = pjob.EndAsync();
        while (bench.CommitsUnderWay("out") == 0 && !pjob.HasExited)
        {
            await Task.Delay(10);
        }

        Assert.Equal(0, kill(pjob.Id, 15));
        Assert.Equal(143, (await ended).ExitCode);
        Assert.False(Directory.Exists(bench.Path("out", ".pjob", "hosts")));
        Assert.False(File.Exists(bench.Path("out", "_SUCCESS")));
        Assert.NotEmpty(Directory.GetFiles(bench.Path("out", "_commits")));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("status", "some-job")]
    public async Task Pjob_NoAccount_SaysSoInOneLine(params string[] arguments)
    {
        using var pjob = (Programs.Pjob with { Arguments = [.. Programs.Pjob.Arguments, .. arguments] }).Start(
            ("AWS_REGION", "us-east-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ACCESS_KEY_ID", ""),
            ("AWS_SECRET_ACCESS_KEY", ""),
            ("AWS_PROFILE", ""),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere"),
            ("AWS_CONFIG_FILE", "/nowhere")
        );
        var run = await pjob.EndAsync();
        Assert.Equal((5, ""), (run.ExitCode, run.Out));
        Assert.Contains("No AWS credentials", Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
