using ProcessingJob.Contract;

namespace ProcessingJob.Worker.Tests;

public sealed class LanePlanTests
{
    const long Mebi = 1 << 20;

    [Theory]
    [InlineData(4_000, 8, null, 8, "one per core", 100 + 8 * 100)]
    [InlineData(650, 8, null, 5, "as the memory allows, 8 could be used", 100 + 5 * 100)]
    [InlineData(4_000, 2, "7", 7, "PROCESSINGJOB_LANES", 100 + 7 * 100)]
    [InlineData(250, 1, null, 1, "one per core", 100 + 100)]
    [InlineData(450, 2, "7", 3, "as the memory allows, 7 could be used", 100 + 3 * 100)]
    public void Choose_CoresAndMemory_GivesAsManyLanesAsBothAllow(int limit, int cores, string? asked, int lanes, string reason, int bound)
    {
        var plan = LanePlan.Choose(100 * Mebi, cores, "one per core", limit * Mebi, 100 * Mebi, asked);

        Assert.Equal((lanes, reason, bound * Mebi), (plan.Lanes, plan.Reason, plan.Bytes));
        Assert.True(plan.Bytes <= limit * Mebi);
    }

    [Fact]
    public void Choose_NoRoomForOneLane_SaysWhatIsMissing()
    {
        var e = Assert.Throws<PJobException>(() => LanePlan.Choose(200 * Mebi, 2, "", 512 * Mebi, 420 * Mebi, null));

        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.Contains("may take 512 MiB; 420 MiB are in use with the model loaded, and a unit takes 200 MiB more", e.Message);
    }

    [Theory]
    [InlineData(null, 4_000)]
    [InlineData(3_000L, 3_000)]
    public void Of_WhatIsAskedFor_IsTheLimitWhereItIsThere(long? asked, long limit) => Assert.Equal(limit, MemoryLimit.Of(asked, 4_000));

    [Fact]
    public void Of_MoreThanThereIs_IsRefused()
    {
        var e = Assert.Throws<PJobException>(() => MemoryLimit.Of(2_000_000_000, 1_000_000_000));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.StartsWith("compute.memory: found 2GB, but this host may take 1000 MB", e.Message);
    }
}
