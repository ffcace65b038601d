using CsCheck;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Launcher.Tests.SageMaker;

public sealed class JobNamesTests
{
    [Theory]
    [InlineData("reviews", 1, "reviews-0a1b2c3d4e")]
    [InlineData("reviews", 12, "reviews-0a1b2c3d4e-12")]
    [InlineData("my reviews_v2.1!", 1, "my-reviews-v2-1-0a1b2c3d4e")]
    [InlineData("Ünï", 1, "n-0a1b2c3d4e")]
    [InlineData("___", 1, "job-0a1b2c3d4e")]
    public void Of_Names_BecomeWhatTheServiceTakes(string name, int attempt, string expected) =>
        Assert.Equal(expected, JobNames.Of(name, "0a1b2c3d4e", attempt));

    [Fact]
    public void Of_AnyText_FitsThePatternAndKeepsTheHash() =>
        Gen
            .String.Select(Gen.Int[1, 999])
            .Sample(
                (name, attempt) =>
                {
                    var made = JobNames.Of(name, "0a1b2c3d4e", attempt);
                    var faults = RequestLimits.Check(Some.Request() with { ProcessingJobName = made });
                    return faults.Count == 0 && made.Contains("-0a1b2c3d4e", StringComparison.Ordinal);
                },
                iter: 2000
            );
}
