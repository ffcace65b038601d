using System.Collections.Concurrent;

namespace ProcessingJob.Worker.Stages;

/// <summary>
/// Runs asynchronous work on one thread of its own, also after its waits. Allocators keep memory for every thread that ever used them, so
/// work that changes threads with every wait would need more and more.
/// </summary>
sealed class LaneThread : SynchronizationContext
{
    readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _work = [];

    /// <summary>Starts the work on a new thread.</summary>
    /// <returns>Ends as the work does.</returns>
    public static Task Run(Func<Task> work, string name)
    {
        var done = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            var context = new LaneThread();
            SetSynchronizationContext(context);
            var task = work();
            _ = task.ContinueWith(
                _ => context._work.CompleteAdding(),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
            foreach (var (callback, state) in context._work.GetConsumingEnumerable())
            {
                callback(state);
            }

            done.SetResult(task);
        })
        {
            IsBackground = true,
            Name = name,
        }.Start();
        return done.Task.Unwrap();
    }

    /// <summary>What comes after the work has ended is nobody's wait any more, and runs elsewhere.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _work.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            base.Post(d, state);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();
}
