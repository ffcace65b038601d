using System.Buffers;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>One block on its way through the engine.</summary>
sealed class BlockJob
{
    readonly TaskCompletionSource<BlockResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationToken _cancellation;
    readonly int[] _order;
    readonly int[] _firstEqual;
    readonly List<BatchRange> _batches = [];
    Exception? _failure;
    int _remaining;

    public BlockJob(EncodingBuffer block, BlockResult result, BatchRules rules, bool deduplicate, CancellationToken cancellationToken)
    {
        (Block, Result, _cancellation) = (block, result, cancellationToken);
        var count = block.Count;
        _order = ArrayPool<int>.Shared.Rent(count);
        _firstEqual = ArrayPool<int>.Shared.Rent(count);
        var keys = ArrayPool<ulong>.Shared.Rent(count);
        for (var i = 0; i < count; i++)
        {
            _order[i] = i;
            keys[i] = BatchPlanner.Key(block.Ids(i), deduplicate);
        }

        Array.Sort(keys, _order, 0, count);
        var different = deduplicate ? Deduplicate(keys, count) : count;
        ArrayPool<ulong>.Shared.Return(keys);
        Duplicates = count - different;
        // A text without any token has nothing to run; the longest come first, so such ones are at the end.
        var unique = different;
        for (; unique > 0 && block.Length(_order[unique - 1]) == 0; unique--)
        {
            result.SetZero(_order[unique - 1]);
        }

        var lengths = ArrayPool<int>.Shared.Rent(count);
        for (var p = 0; p < unique; p++)
        {
            lengths[p] = block.Length(_order[p]);
        }

        BatchPlanner.Cut(lengths.AsSpan(0, unique), rules, _batches);
        ArrayPool<int>.Shared.Return(lengths);
        _remaining = _batches.Count;
    }

    public EncodingBuffer Block { get; }

    public BlockResult Result { get; }

    public Task<BlockResult> Completion => _completion.Task;

    public IReadOnlyList<BatchRange> Batches => _batches;

    public int Duplicates { get; }

    /// <summary>Nobody wants the rest any more: its batches are dropped unrun.</summary>
    public bool Stopped => _failure is not null || _cancellation.IsCancellationRequested;

    public ReadOnlySpan<int> Encodings(BatchRange batch) => _order.AsSpan(batch.Start, batch.Count);

    /// <summary>A batch was cut into one more.</summary>
    public void AddBatch() => Interlocked.Increment(ref _remaining);

    public void Fail(Exception e) => Interlocked.CompareExchange(ref _failure, e, null);

    /// <summary>A batch is done or dropped. The last one completes the block: only then may its buffer be used again.</summary>
    public void FinishBatch()
    {
        if (Interlocked.Decrement(ref _remaining) == 0)
        {
            Complete();
        }
    }

    /// <summary>Ends a block of which nothing is left to run.</summary>
    public void Complete()
    {
        if (_failure is null && !_cancellation.IsCancellationRequested)
        {
            CopyDuplicates();
        }

        ArrayPool<int>.Shared.Return(_order);
        ArrayPool<int>.Shared.Return(_firstEqual);
        if (_failure is null && !_cancellation.IsCancellationRequested)
        {
            _completion.SetResult(Result);
            return;
        }

        Result.Dispose();
        if (_failure is not null)
        {
            _completion.SetException(_failure);
        }
        else
        {
            _completion.SetCanceled(_cancellation);
        }
    }

    /// <summary>Keeps the first of each group of equal encodings in the order and notes for the others whose result is theirs.</summary>
    /// <returns>How many are different.</returns>
    int Deduplicate(ulong[] keys, int count)
    {
        var kept = 0;
        for (var p = 0; p < count; )
        {
            var groupStart = kept;
            var key = keys[p];
            for (; p < count && keys[p] == key; p++)
            {
                var encoding = _order[p];
                _firstEqual[encoding] = encoding;
                for (var k = groupStart; k < kept && _firstEqual[encoding] == encoding; k++)
                {
                    if (Equal(_order[k], encoding))
                    {
                        _firstEqual[encoding] = _order[k];
                    }
                }

                if (_firstEqual[encoding] == encoding)
                {
                    _order[kept++] = encoding;
                }
            }
        }

        return kept;
    }

    bool Equal(int a, int b) =>
        Block.Ids(a).SequenceEqual(Block.Ids(b))
        && Block.TypeIds(a).SequenceEqual(Block.TypeIds(b))
        && Block.Attended(a) == Block.Attended(b);

    void CopyDuplicates()
    {
        if (Duplicates == 0)
        {
            return;
        }

        for (var i = 0; i < Block.Count; i++)
        {
            if (_firstEqual[i] != i)
            {
                Result.Copy(_firstEqual[i], i);
            }
        }
    }
}
