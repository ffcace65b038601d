using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

/// <summary>Times and amounts of memory as people write them, to their limits.</summary>
public sealed class AmountsTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("0h", 0)]
    [InlineData(" 2d ", 172_800)]
    [InlineData("1h30m", 5400)]
    [InlineData("1h30", 3630)]
    [InlineData("2147483647s", int.MaxValue)]
    // All that a TimeSpan can hold.
    [InlineData("10675199d2h48m5s", 922_337_203_685)]
    [InlineData("10675199d2h48m5", 922_337_203_685)]
    public void Duration_OfSeconds_IsRead(string text, long seconds)
    {
        Assert.True(Durations.TryParse(text, out var value));
        Assert.Equal(seconds, (long)value.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("h")]
    [InlineData("1hm")]
    [InlineData("5x")]
    [InlineData("-5s")]
    [InlineData("1.5h")]
    [InlineData("2147483648s")]
    [InlineData("10675199d2h48m6s")]
    [InlineData("10675199d2h48m6")]
    public void Duration_ThatIsNone_IsNotRead(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1m")]
    [InlineData(90_061, "1d1h1m1s")]
    public void Duration_Written_HasItsLargestUnits(int seconds, string text) =>
        Assert.Equal(text, Durations.Format(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("0.000001MB", 1)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData(" 512 mb ", 512_000_000)]
    [InlineData("1000000000MB", 1_000_000_000_000_000)]
    public void Memory_OfBytes_IsRead(string text, long bytes)
    {
        Assert.True(MemorySizes.TryParse(text, out var value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("0GB")]
    [InlineData("-1GB")]
    [InlineData("1e3MB")]
    [InlineData("1000000000.000001MB")]
    public void Memory_ThatIsNone_IsNotRead(string text) => Assert.False(MemorySizes.TryParse(text, out _));
}
