using System.IO.Compression;
using ProcessingJob.Contract;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>The worker alone, as SageMaker starts it: exit code, message file, nothing that looks whole and is not.</summary>
public class WorkerContractTests
{
    const string Csv = "id,text\n1,good coffee\n2,\"bad, really bad\"\n3,so so\n";

    [Fact]
    public async Task Worker_GoodData_EndsWithZeroAndCommitsEveryUnit()
    {
        using var bench = new ContainerBench();
        bench.WriteData("a.csv", Csv);
        bench.WriteData("sub/b.jsonl.gz", Gzip("""{"id":4,"text":"fine"}""" + "\n"));
        await EndsAsync(bench, ExitCode.Done, "4 rows in, 4 rows out, 0 rejected");
        Assert.Equal(4, bench.Commits.Sum(c => c.RowsOut));
        Assert.Equal(["a.csv", "sub/b.jsonl.gz"], bench.Commits.Select(c => c.SourceFile).Order());
        Assert.True(File.Exists(Path.Combine(bench.Paths.Output, "_reports", "algo-1.json")));
    }

    [Fact]
    public async Task Worker_NoData_SucceedsAndSaysSo()
    {
        using var bench = new ContainerBench("algo-2", "algo-1", "algo-2");
        await EndsAsync(bench, ExitCode.Done, "nothing to do");
        Assert.Empty(bench.Commits);
    }

    [Theory]
    [InlineData("""{ "task": "embde", "input": { "text": "text" } }""", "embde")]
    [InlineData("""{ "task": "embed", "input": { "txet": "text" } }""", "did you mean 'input.text'")]
    [InlineData("""{ "task": "embed" """, "job.json")]
    public async Task Worker_BadSpec_EndsWithTwo(string spec, string expected)
    {
        using var bench = new ContainerBench();
        bench.WriteSpec(spec);
        bench.WriteData("a.csv", Csv);
        await EndsAsync(bench, ExitCode.BadSpec, expected);
    }

    [Theory]
    [InlineData("job.json", """{ "pjob": { "format": 9, "version": "9.0.0" }, "task": "of the future" }""")]
    [InlineData("plan.json", """{ "pjob": { "format": 9, "version": "9.0.0" }, "hosts": "of the future" }""")]
    public async Task Worker_FileOfANewerLauncher_EndsWithTwoAndSaysWhatToPublish(string file, string content)
    {
        using var bench = new ContainerBench();
        await File.WriteAllTextAsync(Path.Combine(bench.Paths.Config, file), content, TestContext.Current.CancellationToken);
        bench.WriteData("a.csv", Csv);
        await EndsAsync(bench, ExitCode.BadSpec, "written by pjob 9.0.0 (format 9)");
        Assert.Contains("publish the image again", bench.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Commits);
    }

    [Fact]
    public async Task Worker_TooManyRejects_EndsBeforeAllUnitsAreDone()
    {
        using var bench = new ContainerBench();
        for (var i = 0; i < 40; i++)
        {
            bench.WriteData($"{i:00}.csv", "id,text\n" + string.Concat(Enumerable.Range(0, 50).Select(row => $"{row},\n")));
        }

        await EndsAsync(bench, ExitCode.Rejects, "cannot be kept any more");
        Assert.InRange(bench.Commits.Count, 1, 39);

        // A failed job has rejects to look at.
        var rejects = await Programs.PjobAsync("rejects", bench.Paths.Output);
        Assert.Contains("missing_text", rejects.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_ColumnThatIsNotThere_NamesItAndTheColumnsThatAre()
    {
        using var bench = new ContainerBench();
        bench.WriteSpec("""{ "task": "embed", "input": { "text": "review" } }""");
        bench.WriteData("a.csv", Csv);
        var ended = await bench.RunAsync();
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains("review", bench.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Commits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Worker_NoModel_EndsWithFour(bool emptyFolder)
    {
        using var bench = new ContainerBench();
        bench.WriteData("a.csv", Csv);
        Directory.Delete(bench.Paths.Model);
        if (emptyFolder)
        {
            Directory.CreateDirectory(bench.Paths.Model);
        }

        await EndsAsync(bench, ExitCode.Model, "model");
    }

    [Fact]
    public async Task Worker_AllRowsBad_EndsWithThreeAndShowsSome()
    {
        using var bench = new ContainerBench();
        bench.WriteData("a.jsonl", "no json\n{\"id\":1}\n[]\n");
        await EndsAsync(bench, ExitCode.Rejects, "3 of 3 rows");
    }

    [Fact]
    public async Task Worker_TruncatedGzip_FailsAndNamesIt()
    {
        using var bench = new ContainerBench();
        var gz = Gzip(string.Concat(Enumerable.Range(0, 5000).Select(i => $$"""{"id":{{i}},"text":"text {{i * 7919}}"}""" + "\n")));
        bench.WriteData("cut.jsonl.gz", gz[..(gz.Length / 2)]);
        await EndsAsync(bench, ExitCode.Failed, "cut.jsonl.gz");
        Assert.Empty(bench.Commits);
    }

    [Fact]
    public async Task Worker_OneDamagedFileAmongGoodOnes_DoesTheOthersAndNamesIt()
    {
        using var bench = new ContainerBench();
        bench.WriteData("a.csv", Csv);
        bench.WriteData("b.parquet", "this is no parquet");
        bench.WriteData("c.csv", Csv);
        await EndsAsync(bench, ExitCode.Failed, "b.parquet: not a Parquet file");
        Assert.Equal(["a.csv", "c.csv"], bench.Commits.Select(c => c.SourceFile).Order());
    }

    [Fact]
    public async Task Worker_TruncatedParquet_FailsAndNamesIt()
    {
        using var bench = new ContainerBench();
        bench.WriteData("cut.parquet", [.. "PAR1"u8, .. new byte[1000]]);
        await EndsAsync(bench, ExitCode.Failed, "cut.parquet");
        Assert.Empty(bench.Commits);
    }

    [Fact]
    public async Task Worker_UnreadableInput_FailsAndNamesIt()
    {
        using var bench = new ContainerBench();
        File.CreateSymbolicLink(Path.Combine(bench.Paths.Data, "gone.csv"), "/nowhere/at/all.csv");
        await EndsAsync(bench, ExitCode.Failed, "gone.csv");
        Assert.Empty(bench.Commits);
    }

    [Fact]
    public async Task Worker_OutputThatCannotBeWritten_FailsBeforeAnyWork()
    {
        using var bench = new ContainerBench();
        bench.WriteData("a.csv", Csv);
        // Tests may run as root, whom no mode keeps out: a file where the folder should be does.
        Directory.Delete(bench.Paths.Output);
        File.WriteAllText(bench.Paths.Output, "");
        var ended = await bench.RunAsync();
        Assert.Equal((int)ExitCode.Failed, ended.ExitCode);
        Assert.Contains("output", bench.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Out + ended.Error, StringComparison.Ordinal);
    }

    static async Task EndsAsync(ContainerBench bench, ExitCode code, string message)
    {
        var ended = await bench.RunAsync();
        Assert.True((int)code == ended.ExitCode, $"exit code {ended.ExitCode}, expected {(int)code}: {ended.Out}{ended.Error}");
        if (code == ExitCode.Done)
        {
            // Of many hosts only those that failed are to be heard.
            Assert.False(File.Exists(bench.Paths.MessageFile));
            Assert.Contains(message, ended.Out, StringComparison.OrdinalIgnoreCase);
        }
        else
        {
            Assert.StartsWith("host=algo-", bench.Message, StringComparison.Ordinal);
            Assert.Contains(message, bench.Message, StringComparison.OrdinalIgnoreCase);
            Assert.True(bench.Message.Length <= 900 && bench.Message.EndsWith('\n') && bench.Message.Count(c => c == '\n') == 1);
        }

        Assert.DoesNotContain("   at ", ended.Out + ended.Error, StringComparison.Ordinal);
        bench.AssertNothingHalfLooksWhole();
    }

    static byte[] Gzip(string text)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal))
        {
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }

        return memory.ToArray();
    }
}
