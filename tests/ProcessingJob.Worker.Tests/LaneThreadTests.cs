using ProcessingJob.Worker.Stages;

namespace ProcessingJob.Worker.Tests;

public sealed class LaneThreadTests
{
    [Fact]
    public async Task Run_WaitsForOtherThreads_GoesOnOnItsOwn()
    {
        var threads = new HashSet<int>();

        await LaneThread.Run(
            async () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    threads.Add(Environment.CurrentManagedThreadId);
                    await Task.Run(() => Thread.Yield());
                }
            },
            "test"
        );

        Assert.Single(threads);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public async Task Run_WorkFails_FailsTheSameWay()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            LaneThread.Run(
                async () =>
                {
                    await Task.Yield();
                    throw new InvalidOperationException("broke");
                },
                "test"
            )
        );

        Assert.Equal("broke", e.Message);
    }
}
