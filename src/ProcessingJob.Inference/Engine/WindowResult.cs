using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference;

/// <summary>
/// Results of one window, in its order. Pooled: dispose when read; spans are invalid afterwards.
/// </summary>
public sealed class WindowResult : IDisposable
{
    readonly Action<WindowResult> _giveBack;
    float[] _values = [];
    int[] _starts = [];
    bool[] _notFinite = [];
    int _notFiniteCount;
    int _inUse;

    internal WindowResult(Action<WindowResult> giveBack) => _giveBack = giveBack;

    /// <summary>Encodings.</summary>
    public int Count { get; private set; }

    /// <summary>Floats per encoding; 0 for answer.</summary>
    public int Width { get; private set; }

    /// <summary>How many are not finite.</summary>
    public int NotFiniteCount => _notFiniteCount;

    /// <summary>All rows, one after another: Count x Width.</summary>
    public ReadOnlySpan<float> Rows => Width > 0 ? _values.AsSpan(0, Count * Width) : throw PerToken();

    /// <summary>The embedding or the logits of encoding i: <see cref="Width"/> floats.</summary>
    public ReadOnlySpan<float> Row(int i) => Width > 0 ? All(i) : throw PerToken();

    /// <summary>Answer: one start logit per token of encoding i.</summary>
    public ReadOnlySpan<float> Start(int i) => Width == 0 ? All(i)[..((_starts[i + 1] - _starts[i]) / 2)] : throw PerRow();

    /// <summary>Answer: one end logit per token of encoding i.</summary>
    public ReadOnlySpan<float> End(int i) => Width == 0 ? All(i)[((_starts[i + 1] - _starts[i]) / 2)..] : throw PerRow();

    /// <summary>True when encoding i has NaN or infinity even when run alone: a reject (not_finite). Its floats are zero.</summary>
    public bool NotFinite(int i)
    {
        Check(i);
        return _notFinite[i];
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _inUse, 0) == 1)
        {
            _giveBack(this);
        }
    }

    /// <summary>Makes room for a window.</summary>
    internal void Reset(EncodingBuffer window, int width)
    {
        (Count, Width, _notFiniteCount, _inUse) = (window.Count, width, 0, 1);
        if (_starts.Length <= Count)
        {
            _starts = new int[Count + 1 + Count / 4];
        }

        if (_notFinite.Length < Count)
        {
            _notFinite = new bool[Count + Count / 4];
        }

        _notFinite.AsSpan(0, Count).Clear();
        for (var i = 0; i < Count; i++)
        {
            _starts[i + 1] = checked(_starts[i] + (width > 0 ? width : 2 * window.Length(i)));
        }

        if (_values.Length < _starts[Count])
        {
            _values = new float[_starts[Count] + _starts[Count] / 4];
        }
    }

    /// <summary>Everything of encoding i: its row, or its start logits and then its end logits.</summary>
    internal Span<float> All(int i)
    {
        Check(i);
        return _values.AsSpan(_starts[i], _starts[i + 1] - _starts[i]);
    }

    internal void SetNotFinite(int i)
    {
        All(i).Clear();
        _notFinite[i] = true;
        Interlocked.Increment(ref _notFiniteCount);
    }

    internal void Copy(int from, int to)
    {
        if (_notFinite[from])
        {
            SetNotFinite(to);
        }
        else
        {
            All(from).CopyTo(All(to));
        }
    }

    void Check(int i)
    {
        ObjectDisposedException.ThrowIf(_inUse == 0, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
    }

    static InvalidOperationException PerToken() => new("Answers have logits per token: use Start and End.");

    static InvalidOperationException PerRow() => new("Only task answer has logits per token: use Row.");
}
