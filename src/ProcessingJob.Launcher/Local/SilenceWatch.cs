namespace ProcessingJob.Launcher.Local;

/// <summary>
/// Notices a worker that says nothing any more: a running one prints its progress every few seconds, one that was stopped or waits for
/// a dead disk does not.
/// </summary>
/// <param name="time">Clock and timers.</param>
/// <param name="limit">Silence after which the worker is given up.</param>
/// <param name="notice">Called once in each silence, when it has lasted for <see cref="Notice"/>.</param>
sealed class SilenceWatch(TimeProvider time, TimeSpan limit, Action notice)
{
    public static readonly TimeSpan Notice = TimeSpan.FromSeconds(60);

    long _heard = time.GetTimestamp();

    /// <summary>The worker has said something.</summary>
    public void Heard() => Volatile.Write(ref _heard, time.GetTimestamp());

    /// <summary>Ends when the worker was silent for the limit.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before.</exception>
    public async Task ExceededAsync(CancellationToken cancellationToken)
    {
        long? told = null;
        while (true)
        {
            var heard = Volatile.Read(ref _heard);
            var silence = time.GetElapsedTime(heard);
            if (silence >= limit)
            {
                return;
            }

            if (silence >= Notice && told != heard)
            {
                told = heard;
                notice();
            }

            var next = told == heard || limit < Notice ? limit : Notice;
            await Task.Delay(next - silence, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
