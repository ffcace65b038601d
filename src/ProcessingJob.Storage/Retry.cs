namespace ProcessingJob.Storage;

/// <summary>Tries again after faults that go away. The only loop of its kind: time and randomness come from outside.</summary>
/// <param name="time">Waits on it.</param>
/// <param name="random">Null: the process's own; a seeded one makes waits repeatable.</param>
public sealed class Retry(TimeProvider time, Random? random = null)
{
    readonly Lock _lock = new();
    long _repeats;

    public TimeProvider Time => time;

    /// <summary>Tries after the first ones, so far.</summary>
    public long Repeats => Interlocked.Read(ref _repeats);

    /// <summary>Does <paramref name="work"/> until it works or <paramref name="waitAfter"/> says that it will not.</summary>
    /// <param name="work">One try.</param>
    /// <param name="waitAfter">From the fault of the n-th try (n from 1) to the wait before the next; null: the fault is thrown.</param>
    /// <param name="cancellationToken">Ends the waiting too; what it ends is not tried again.</param>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> work,
        Func<Exception, int, TimeSpan?> waitAfter,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            try
            {
                return await work(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && waitAfter(e, attempt) is { } given)
            {
                wait = given;
                Interlocked.Increment(ref _repeats);
            }
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// A wait drawn from 0 to <paramref name="unit"/> x 2^<paramref name="attempt"/>, at most <paramref name="longest"/>: "full
    /// jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
    /// </summary>
    public TimeSpan FullJitter(TimeSpan unit, int attempt, TimeSpan longest)
    {
        var bound = Math.Min(longest.TotalMilliseconds, unit.TotalMilliseconds * Math.Pow(2, attempt));
        return TimeSpan.FromMilliseconds(NextDouble() * bound);
    }

    // A seeded Random is not safe for several threads.
    double NextDouble()
    {
        if (random is null)
        {
            return Random.Shared.NextDouble();
        }

        lock (_lock)
        {
            return random.NextDouble();
        }
    }
}
