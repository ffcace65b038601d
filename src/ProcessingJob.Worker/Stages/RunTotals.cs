using ProcessingJob.Contract.Output;

namespace ProcessingJob.Worker.Stages;

/// <summary>Counts of this host so far; written by the lanes, read by progress and report.</summary>
sealed class RunTotals(int maxLength)
{
    public const int LengthBucket = 8;
    const int MaxBuckets = 1_024,
        SampleSize = 20;

    readonly Lock _lock = new();
    readonly long[] _lengths = new long[Math.Min(maxLength / LengthBucket + 1, MaxBuckets)];
    readonly SortedDictionary<string, long> _rejects = new(StringComparer.Ordinal);
    readonly List<Reject> _samples = [];
    long _rowsIn,
        _rowsOut,
        _tokens,
        _truncated,
        _bytes,
        _bytesTokenized,
        _rejected,
        _blocksInFlight;

    public long RowsIn => Interlocked.Read(ref _rowsIn);
    public long RowsOut => Interlocked.Read(ref _rowsOut);
    public long Tokens => Interlocked.Read(ref _tokens);
    public long Truncated => Interlocked.Read(ref _truncated);
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Input bytes whose rows are done.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Input bytes whose rows are on their way to the device or past it.</summary>
    public long BytesTokenized => Interlocked.Read(ref _bytesTokenized);

    /// <summary>Blocks of rows that are tokenized and not yet written, of all lanes.</summary>
    public long BlocksInFlight => Interlocked.Read(ref _blocksInFlight);

    public IReadOnlyList<long> Lengths
    {
        get
        {
            lock (_lock)
            {
                return [.. _lengths];
            }
        }
    }

    public void AddRows(long rowsIn, long rowsOut)
    {
        Interlocked.Add(ref _rowsIn, rowsIn);
        Interlocked.Add(ref _rowsOut, rowsOut);
    }

    public void AddBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public void AddTokenized(long bytes) => Interlocked.Add(ref _bytesTokenized, bytes);

    public void BeginBlock() => Interlocked.Increment(ref _blocksInFlight);

    public void EndBlock() => Interlocked.Decrement(ref _blocksInFlight);

    /// <summary>Counts of one lane, for <see cref="Add"/>.</summary>
    public EncodingCounts CreateCounts() => new(_lengths.Length);

    /// <summary>Once a block: lanes that added every encoding would wait for one another.</summary>
    public void Add(EncodingCounts counts)
    {
        Interlocked.Add(ref _tokens, counts.Tokens);
        Interlocked.Add(ref _truncated, counts.Truncated);
        lock (_lock)
        {
            for (var i = 0; i < _lengths.Length; i++)
            {
                _lengths[i] += counts.Lengths[i];
            }
        }
    }

    public void AddReject(Reject reject)
    {
        Interlocked.Increment(ref _rejected);
        lock (_lock)
        {
            _rejects[reject.Reason] = _rejects.GetValueOrDefault(reject.Reason) + 1;
            if (_samples.Count < SampleSize)
            {
                _samples.Add(reject);
            }
        }
    }

    public (IReadOnlyDictionary<string, long> ByReason, IReadOnlyList<Reject> Samples) Rejects()
    {
        lock (_lock)
        {
            return (new SortedDictionary<string, long>(_rejects, StringComparer.Ordinal), [.. _samples]);
        }
    }
}
