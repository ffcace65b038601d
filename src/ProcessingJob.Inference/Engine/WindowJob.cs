using System.Buffers;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference;

/// <summary>One window on its way through the engine.</summary>
sealed class WindowJob
{
    readonly TaskCompletionSource<WindowResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationToken cancellation;
    readonly int[] order;
    readonly int[] twin;
    readonly List<BatchRange> batches = [];
    Exception? failure;
    int remaining;

    public WindowJob(EncodingBuffer window, WindowResult result, BatchRules rules, bool deduplicate, CancellationToken cancellation)
    {
        (Window, Result, this.cancellation) = (window, result, cancellation);
        var count = window.Count;
        order = ArrayPool<int>.Shared.Rent(count);
        twin = ArrayPool<int>.Shared.Rent(count);
        var keys = ArrayPool<ulong>.Shared.Rent(count);
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
            keys[i] = BatchPlanner.Key(window.Ids(i), deduplicate);
        }

        Array.Sort(keys, order, 0, count);
        var different = deduplicate ? Deduplicate(keys, count) : count;
        ArrayPool<ulong>.Shared.Return(keys);
        Duplicates = count - different;
        // A text without any token has nothing to run; the longest come first, so such ones are at the end.
        var unique = different;
        for (; unique > 0 && window.Length(order[unique - 1]) == 0; unique--) result.All(order[unique - 1]).Clear();

        var lengths = ArrayPool<int>.Shared.Rent(count);
        for (var p = 0; p < unique; p++) lengths[p] = window.Length(order[p]);
        BatchPlanner.Cut(lengths.AsSpan(0, unique), rules, batches);
        ArrayPool<int>.Shared.Return(lengths);
        remaining = batches.Count;
    }

    public EncodingBuffer Window { get; }

    public WindowResult Result { get; }

    public Task<WindowResult> Completion => completion.Task;

    public IReadOnlyList<BatchRange> Batches => batches;

    public int Duplicates { get; }

    /// <summary>Nobody wants the rest any more: its batches are dropped unrun.</summary>
    public bool Stopped => failure is not null || cancellation.IsCancellationRequested;

    public ReadOnlySpan<int> Encodings(BatchRange batch) => order.AsSpan(batch.Start, batch.Count);

    /// <summary>A batch was cut into one more.</summary>
    public void AddBatch() => Interlocked.Increment(ref remaining);

    public void Fail(Exception e) => Interlocked.CompareExchange(ref failure, e, null);

    /// <summary>A batch is done or dropped. The last one completes the window: only then may its buffer be used again.</summary>
    public void FinishBatch()
    {
        if (Interlocked.Decrement(ref remaining) == 0) Complete();
    }

    /// <summary>Ends a window of which nothing is left to run.</summary>
    public void Complete()
    {
        if (failure is null && !cancellation.IsCancellationRequested) CopyDuplicates();
        ArrayPool<int>.Shared.Return(order);
        ArrayPool<int>.Shared.Return(twin);
        if (failure is null && !cancellation.IsCancellationRequested)
        {
            completion.SetResult(Result);
            return;
        }

        Result.Dispose();
        if (failure is not null) completion.SetException(failure);
        else completion.SetCanceled(cancellation);
    }

    /// <summary>Keeps the first of each group of equal encodings in the order and notes for the others whose result is theirs.</summary>
    /// <returns>How many are different.</returns>
    int Deduplicate(ulong[] keys, int count)
    {
        var kept = 0;
        for (var p = 0; p < count;)
        {
            var groupStart = kept;
            var key = keys[p];
            for (; p < count && keys[p] == key; p++)
            {
                var encoding = order[p];
                twin[encoding] = encoding;
                for (var k = groupStart; k < kept && twin[encoding] == encoding; k++)
                    if (Equal(order[k], encoding)) twin[encoding] = order[k];
                if (twin[encoding] == encoding) order[kept++] = encoding;
            }
        }

        return kept;
    }

    bool Equal(int a, int b) => Window.Ids(a).SequenceEqual(Window.Ids(b)) && Window.TypeIds(a).SequenceEqual(Window.TypeIds(b));

    void CopyDuplicates()
    {
        if (Duplicates == 0) return;
        for (var i = 0; i < Window.Count; i++)
            if (twin[i] != i) Result.Copy(twin[i], i);
    }
}
