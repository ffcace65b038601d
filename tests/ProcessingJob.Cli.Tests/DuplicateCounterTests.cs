using ProcessingJob.Cli.Analyze;

namespace ProcessingJob.Cli.Tests;

public sealed class DuplicateCounterTests
{
    [Fact]
    public void Count_WithinTheLimit_IsExact()
    {
        var counter = new DuplicateCounter(limit: 3);
        foreach (var hash in new ulong[] { 1, 2, 1, 3, 1, 2 })
        {
            counter.Add(hash);
        }

        Assert.Equal((true, 3), (counter.IsExact, counter.Count));
    }

    [Fact]
    public void Count_BeyondTheLimit_IsAnEstimateInBoundedMemory()
    {
        const int distinct = 100_000;
        var counter = new DuplicateCounter(limit: 4096);
        // Every text three times, the copies far apart.
        for (var copy = 0; copy < 3; copy++)
        {
            for (var text = 0UL; text < distinct; text++)
            {
                counter.Add(text);
            }
        }

        Assert.False(counter.IsExact);
        Assert.InRange(counter.Count, 2 * distinct * 0.92, 2 * distinct * 1.08);
    }
}
