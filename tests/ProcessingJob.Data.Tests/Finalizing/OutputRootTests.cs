using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Data.Tests.Finalizing;

public sealed class OutputRootTests : IDisposable
{
    readonly OutputBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("manifest.json", "{\"spec_fingerprint\":\"0\"}")]
    [InlineData("commits/0123456789abcdef.json", "{}")]
    [InlineData("reports/algo-1.json", "{}")]
    [InlineData("rejects/part-0123456789abcdef.jsonl", "{}")]
    public async Task Check_OutputOfTheOldLayout_IsRefusedByName(string file, string content)
    {
        _bench.Write(file, content);

        foreach (
            var open in new Func<Task>[] { () => _bench.Identity.CheckAsync(_bench.Store), () => FinishedOutput.OpenAsync(_bench.Store) }
        )
        {
            var e = await Assert.ThrowsAsync<PJobException>(open);
            Assert.Equal(ExitCode.BadSpec, e.ExitCode);
            Assert.Contains($"holds the output of an earlier version of pjob ({file};", e.Message, StringComparison.Ordinal);
            Assert.Contains("fix: choose another output.data", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("manifest.json", "{\"name\":\"a web page\"}")]
    [InlineData("manifest.json", "no json")]
    [InlineData("reports/summer.json", "{}")]
    [InlineData("data/_metadata", "x")]
    [InlineData("data/split=train/.part.crc", "x")]
    public async Task Check_FilesThatNoReaderTakesForOurs_AreLeftAlone(string file, string content)
    {
        _bench.Write(file, content);
        await _bench.Identity.CheckAsync(_bench.Store);
    }

    [Theory]
    [InlineData("data/notes.txt")]
    [InlineData("data/part-00000.parquet")]
    [InlineData("data/old/part-0123456789abcdef.parquet")]
    [InlineData("data/split=train/part-0123456789abcdef.parquet")]
    [InlineData("data/split=train/test-part-0123456789abcdef.parquet")]
    public async Task Check_ForeignFileAmongTheParts_IsRefusedByName(string file)
    {
        _bench.Write(file, "x");
        var e = await Assert.ThrowsAsync<PJobException>(() => _bench.Identity.CheckAsync(_bench.Store));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains($"/{file} is no part of a job", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "data/part-0123456789abcdef-1.parquet")]
    [InlineData("dev", "data/split=dev/dev-part-0123456789abcdef-1.parquet")]
    public void UnitOf_EveryNameOfTheLayout_IsKnown(string? split, string path)
    {
        const string unit = "0123456789abcdef";
        Assert.Equal(path, OutputLayout.Part(unit, 1, split, ".parquet"));
        Assert.All([path, OutputLayout.Rejects(unit), OutputLayout.Commit(unit)], name => Assert.Equal(unit, OutputNames.UnitOf(name)));
    }
}
