using Microsoft.Extensions.Time.Testing;

namespace ProcessingJob.Storage.Tests;

public sealed class RetryTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_FaultThatGoesAway_WaitsOnTheClockAndWorks()
    {
        var time = new FakeTimeProvider();
        var tries = 0;
        var run = new Retry(time).RunAsync(
            _ => ++tries < 3 ? throw new IOException("busy") : Task.FromResult(tries),
            (_, attempt) => TimeSpan.FromMinutes(attempt),
            Token
        );
        Assert.Equal((1, false), (tries, run.IsCompleted));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((2, false), (tries, run.IsCompleted));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(3, await run);
    }

    [Fact]
    public async Task Run_FaultThatStays_IsThrownAfterTheLastTry()
    {
        var tries = 0;
        var e = await Assert.ThrowsAsync<IOException>(() =>
            new Retry(new FakeTimeProvider()).RunAsync<int>(
                _ => throw new IOException($"{++tries}"),
                (_, attempt) => attempt < 4 ? TimeSpan.Zero : null,
                Token
            )
        );
        Assert.Equal(("4", 4), (e.Message, tries));
    }

    [Fact]
    public async Task Run_Cancelled_IsNotTriedAgain()
    {
        using var stop = new CancellationTokenSource();
        var tries = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new Retry(new FakeTimeProvider()).RunAsync<int>(
                token =>
                {
                    tries++;
                    stop.Cancel();
                    throw new OperationCanceledException(token);
                },
                (_, _) => TimeSpan.Zero,
                stop.Token
            )
        );
        Assert.Equal(1, tries);
    }

    [Fact]
    public void FullJitter_SameSeed_GivesTheSameWaitsWithinTheirBounds()
    {
        static IEnumerable<TimeSpan> Waits(int seed)
        {
            var retry = new Retry(new FakeTimeProvider(), new Random(seed));
            return [.. Enumerable.Range(1, 12).Select(i => retry.FullJitter(TimeSpan.FromSeconds(1), i, TimeSpan.FromSeconds(20)))];
        }

        Assert.Equal(Waits(7), Waits(7));
        Assert.NotEqual(Waits(7), Waits(8));
        Assert.All(Waits(7).Select((wait, i) => (wait, i)), w => Assert.InRange(w.wait.TotalSeconds, 0, Math.Min(20, Math.Pow(2, w.i + 1))));
    }
}
