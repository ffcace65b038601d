namespace ProcessingJob.EndToEnd.Tests;

public class HostCountTests
{
    [Fact]
    public async Task Run_OneTwoAndFiveHosts_GivesTheSameBytes()
    {
        using var bench = new JobBench(rows: 8_000);
        var one = await bench.CompleteAsync("one", 1);
        Assert.Equal((8_000 + 40 + 30 + 3, 2), ((int)one["counts"]!["rows_in"]!, (int)one["counts"]!["rejected_rows"]!));
        Assert.True((int)one["units"]! > 4, $"{one["units"]} units: the large file should be cut");
        foreach (var hosts in new[] { 2, 5 })
        {
            await bench.CompleteAsync($"hosts-{hosts}", hosts);
            Assert.Equal(bench.Snapshot("one"), bench.Snapshot($"hosts-{hosts}"));
        }
    }

    [Fact]
    public async Task Run_ManyLanes_GivesTheSameBytes()
    {
        using var bench = new JobBench(rows: 8_000);
        await bench.CompleteAsync("one", 1, lanes: 1);
        foreach (var (hosts, lanes) in new[] { (1, 3), (2, 12) })
        {
            await bench.CompleteAsync($"lanes-{lanes}", hosts, lanes);
            Assert.Equal(bench.Snapshot("one"), bench.Snapshot($"lanes-{lanes}"));
        }
    }
}
