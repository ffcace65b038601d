using System.Text.Json.Nodes;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Tests;

public class RunAndCheckTests
{
    [Fact]
    public async Task Run_Json_IsOneDocumentAndAllElseGoesToStandardError()
    {
        using var bench = new CliBench();
        var (code, output, error) = await bench.RunAsync("run", bench.Spec, "--hosts", "2", "--json");
        var result = JsonNode.Parse(output)!;
        Assert.Equal((0, "Completed", 30), (code, (string?)result["status"], (int)result["counts"]!["rows_in"]!));
        Assert.Contains("3 files", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output + error);
    }

    [Fact]
    public async Task Run_SpecFromStandardInputWithOptionsOverIt_Runs()
    {
        using var bench = new CliBench();
        bench.Input = File.ReadAllText(bench.Spec);
        var (code, output, error) = await bench.RunAsync("run", "-", "--name", "mine", "--output", bench.Path("elsewhere"));
        Assert.True(code == 0, error);
        Assert.Contains("mine-", output, StringComparison.Ordinal);
        Assert.True(File.Exists(bench.Path("elsewhere", "_SUCCESS")));
    }

    [Fact]
    public async Task Run_DryRun_PrintsThePlanAndWritesNothing()
    {
        using var bench = new CliBench();
        var (code, output, _) = await bench.RunAsync("run", bench.Spec, "--dry-run", "--hosts", "2", "--json");
        var plan = JsonNode.Parse(output)!;
        Assert.Equal((0, 3, 3, 2), (code, (int)plan["units"]!, (int)plan["units_left"]!, plan["hosts"]!.AsArray().Count));
        Assert.False(Directory.Exists(bench.Path("out")));
    }

    [Fact]
    public async Task Plan_AfterARun_ShowsWhatIsCommitted()
    {
        using var bench = new CliBench();
        await bench.RunAsync("run", bench.Spec);
        var (_, output, _) = await bench.RunAsync("plan", bench.Spec);
        Assert.Contains("all units are committed", output, StringComparison.Ordinal);
        Assert.Contains("algo-1      0      3          3   0 B", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_FinishedOutput_IsFineAndOrphansAreNamed()
    {
        using var bench = new CliBench();
        await bench.RunAsync("run", bench.Spec);
        bench.Write("out/data/part-0123456789abcdef.jsonl", "{}\n");
        var (code, output, error) = await bench.RunAsync("check", bench.Path("out"));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("orphan: data/part-0123456789abcdef.jsonl", output, StringComparison.Ordinal);
        Assert.Contains("3 units, 3 parts, 30 rows; all checks passed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_OutputWithRejects_AreShownByReasonWithFileAndRow()
    {
        using var bench = new CliBench();
        await SampleOutput.WriteAsync(bench.Path("sample"));
        var (code, output, _) = await bench.RunAsync("rejects", bench.Path("sample"));
        Assert.Equal(0, code);
        Assert.Contains("bad_record: 1 row\n  reviews.csv row 60: found 3 fields <i>, expected 4\n", output, StringComparison.Ordinal);
        // A control character of the data must not reach the terminal.
        Assert.DoesNotContain('\u0001', output);

        var json = JsonNode.Parse((await bench.RunAsync("rejects", bench.Path("sample"), "--json")).Out)!;
        Assert.Equal(1, (int)json["rejects"]!["bad_record"]!);
        Assert.Equal((60, SampleOutput.Hostile), ((int)json["rows"]![0]!["source_row"]!, (string)json["rows"]![0]!["row"]!));

        var none = await bench.RunAsync("rejects", bench.Path("sample"), "--reason", "too_long");
        Assert.EndsWith("no row was rejected for too_long\n", none.Out, StringComparison.Ordinal);
        var empty = await bench.RunAsync("rejects", bench.Path("."));
        Assert.Equal(2, empty.Code);
        Assert.Contains("is not the output of a job: it has no _manifest.json", empty.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAndCheck_ForeignFileAmongTheParts_NameIt()
    {
        using var bench = new CliBench();
        await bench.RunAsync("run", bench.Spec);
        bench.Write("out/data/notes.txt", "x");

        var check = await bench.RunAsync("check", bench.Path("out"));
        Assert.Equal(1, check.Code);
        Assert.Contains("data/notes.txt: is no part of the job", check.Error, StringComparison.Ordinal);

        var run = await bench.RunAsync("run", bench.Spec);
        Assert.Equal(2, run.Code);
        Assert.Contains("data/notes.txt is no part of a job", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAndCheck_OutputOfTheOldLayout_AreRefusedWithExitCode2()
    {
        using var bench = new CliBench();
        bench.Write("out/manifest.json", "{\"spec_fingerprint\":\"0\"}");
        foreach (var command in new[] { new[] { "run", bench.Spec }, ["check", bench.Path("out")], ["head", bench.Path("out")] })
        {
            var (code, _, error) = await bench.RunAsync(command);
            Assert.Equal(2, code);
            Assert.Contains("earlier version of pjob (manifest.json;", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("gone", ": missing")]
    [InlineData("short", " bytes, expected 80")]
    [InlineData("changed", ": its content has changed")]
    [InlineData("no json", ": cannot be read")]
    [InlineData("no record", "_commits/")]
    [InlineData("no success", "_SUCCESS: missing")]
    [InlineData("no manifest", "_manifest.json: missing")]
    public async Task Check_DamagedOutput_EndsWithOneAndALineForTheFault(string fault, string expected)
    {
        using var bench = new CliBench();
        await bench.RunAsync("run", bench.Spec);
        var part = Directory.GetFiles(bench.Path("out", "data")).Order(StringComparer.Ordinal).First();
        switch (fault)
        {
            case "gone":
                File.Delete(part);
                break;
            case "short":
                File.WriteAllText(part, "{}\n");
                break;
            case "changed":
                File.WriteAllText(part, File.ReadAllText(part).Replace("0", "7", StringComparison.Ordinal));
                break;
            case "no json":
                File.WriteAllText(part, new string('x', 79) + "\n");
                break;
            case "no record":
                File.Delete(Directory.GetFiles(bench.Path("out", "_commits"))[0]);
                break;
            case "no success":
                File.Delete(bench.Path("out", "_SUCCESS"));
                break;
            default:
                File.Delete(bench.Path("out", "_manifest.json"));
                break;
        }
        var (code, _, error) = await bench.RunAsync("check", bench.Path("out"));
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OutputFormat.Parquet, OutputCompression.None)]
    [InlineData(OutputFormat.Parquet, OutputCompression.Snappy)]
    [InlineData(OutputFormat.Parquet, OutputCompression.Zstd)]
    [InlineData(OutputFormat.Jsonl, OutputCompression.None)]
    [InlineData(OutputFormat.Jsonl, OutputCompression.Zstd)]
    [InlineData(OutputFormat.Npy, OutputCompression.None)]
    public async Task CheckAndHead_EveryFormat_ReadWhatTheWorkerWrites(OutputFormat format, OutputCompression compression)
    {
        using var bench = new CliBench();
        await SampleOutput.WriteAsync(bench.Path("sample"), format, compression: compression);
        bench.Write("sample/_SUCCESS", "");
        var (code, output, error) = await bench.RunAsync("check", bench.Path("sample"));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains($"{SampleOutput.Rows} rows; all checks passed", output, StringComparison.Ordinal);

        var negative = await bench.RunAsync("head", bench.Path("sample"), "-n", "-5");
        Assert.Equal(2, negative.Code);
        Assert.Contains("--rows: found -5, expected at least 1", negative.Error, StringComparison.Ordinal);
        var rows = JsonNode.Parse((await bench.RunAsync("head", bench.Path("sample"), "-n", "1000", "--json")).Out)!.AsArray();
        Assert.Equal(Enumerable.Range(0, SampleOutput.Rows), rows.Select(r => (int)r!["source_row"]!));
        foreach (var (i, row) in rows.Index())
        {
            Assert.Equal(SampleOutput.Vector(i), row!["embedding"]!.AsArray().Select(v => (float)v!));
        }
    }

    [Theory]
    [InlineData("\"tokens\": 600", "\"tokens\": 601", "tokens is 601, but the commit records add up to 600")]
    [InlineData("\"bad_record\": 1", "\"bad_record\": 2", "rejects.bad_record is 2, but the commit records add up to 1")]
    [InlineData("\"rows\": 25", "\"rows\": 24", "listed in _manifest.json (24 rows")]
    public async Task Check_EditedManifest_NamesWhatDiffersFromTheRecords(string found, string edited, string expected)
    {
        using var bench = new CliBench();
        await SampleOutput.WriteAsync(bench.Path("sample"));
        bench.Write("sample/_SUCCESS", "");
        var manifest = File.ReadAllText(bench.Path("sample", "_manifest.json"));
        Assert.Contains(found, manifest, StringComparison.Ordinal);
        bench.Write("sample/_manifest.json", manifest.Replace(found, edited, StringComparison.Ordinal));
        var (code, _, error) = await bench.RunAsync("check", bench.Path("sample"));
        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_BeforeAndAfter_TellsWhatIs()
    {
        using var bench = new CliBench();
        Assert.Equal(2, (await bench.RunAsync("status", bench.Path("out"))).Code);
        await bench.RunAsync("run", bench.Spec);
        var (code, output, _) = await bench.RunAsync("status", bench.Path("out"), "--json");
        var status = JsonNode.Parse(output)!;
        Assert.Equal((0, "Completed", 3), (code, (string?)status["state"], (int)status["units_committed"]!));
    }
}
