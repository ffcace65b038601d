using ProcessingJob.Contract;

namespace ProcessingJob.EndToEnd.Tests;

public class HostCountTests
{
    [Fact]
    public async Task Run_OneTwoAndFiveHosts_GivesTheSameBytes()
    {
        using var bench = new JobBench(rows: 8_000);
        var one = await bench.RunAsync("one", 1);
        Assert.True(one.Code == ExitCode.Done, one.Message);
        Assert.Equal((8_000 + 40 + 30 + 3, 2), (one.Counts!.RowsIn, one.Counts.RejectedRows));
        Assert.True(one.Units > 4, $"{one.Units} units: the large file should be cut");
        foreach (var hosts in new[] { 2, 5 })
        {
            var many = await bench.RunAsync($"hosts-{hosts}", hosts);
            Assert.True(many.Code == ExitCode.Done, many.Message);
            Assert.Equal(bench.Snapshot("one"), bench.Snapshot($"hosts-{hosts}"));
        }
    }
}
