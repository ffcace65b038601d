using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference;

/// <summary>
/// Results of one window, in its order. Pooled: dispose when read; spans are invalid afterwards.
/// </summary>
public sealed class WindowResult : IDisposable
{
    readonly Action<WindowResult> giveBack;
    float[] values = [];
    int[] starts = [];
    bool[] notFinite = [];
    int notFiniteCount;
    int inUse;

    internal WindowResult(Action<WindowResult> giveBack) => this.giveBack = giveBack;

    /// <summary>Encodings.</summary>
    public int Count { get; private set; }

    /// <summary>Floats per encoding; 0 for answer.</summary>
    public int Width { get; private set; }

    /// <summary>How many are not finite.</summary>
    public int NotFiniteCount => notFiniteCount;

    /// <summary>All rows, one after another: Count x Width.</summary>
    public ReadOnlySpan<float> Rows => Width > 0 ? values.AsSpan(0, Count * Width) : throw PerToken();

    /// <summary>The embedding or the logits of encoding i: <see cref="Width"/> floats.</summary>
    public ReadOnlySpan<float> Row(int i) => Width > 0 ? All(i) : throw PerToken();

    /// <summary>Answer: one start logit per token of encoding i.</summary>
    public ReadOnlySpan<float> Start(int i) => Width == 0 ? All(i)[..((starts[i + 1] - starts[i]) / 2)] : throw PerRow();

    /// <summary>Answer: one end logit per token of encoding i.</summary>
    public ReadOnlySpan<float> End(int i) => Width == 0 ? All(i)[((starts[i + 1] - starts[i]) / 2)..] : throw PerRow();

    /// <summary>True when encoding i has NaN or infinity even when run alone: a reject (not_finite). Its floats are zero.</summary>
    public bool NotFinite(int i)
    {
        Check(i);
        return notFinite[i];
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref inUse, 0) == 1) giveBack(this);
    }

    /// <summary>Makes room for a window.</summary>
    internal void Reset(EncodingBuffer window, int width)
    {
        (Count, Width, notFiniteCount, inUse) = (window.Count, width, 0, 1);
        if (starts.Length <= Count) starts = new int[Count + 1 + Count / 4];
        if (notFinite.Length < Count) notFinite = new bool[Count + Count / 4];
        notFinite.AsSpan(0, Count).Clear();
        for (var i = 0; i < Count; i++) starts[i + 1] = checked(starts[i] + (width > 0 ? width : 2 * window.Length(i)));
        if (values.Length < starts[Count]) values = new float[starts[Count] + starts[Count] / 4];
    }

    /// <summary>Everything of encoding i: its row, or its start logits and then its end logits.</summary>
    internal Span<float> All(int i)
    {
        Check(i);
        return values.AsSpan(starts[i], starts[i + 1] - starts[i]);
    }

    internal void SetNotFinite(int i)
    {
        All(i).Clear();
        notFinite[i] = true;
        Interlocked.Increment(ref notFiniteCount);
    }

    internal void Copy(int from, int to)
    {
        if (notFinite[from]) SetNotFinite(to);
        else All(from).CopyTo(All(to));
    }

    void Check(int i)
    {
        ObjectDisposedException.ThrowIf(inUse == 0, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
    }

    static InvalidOperationException PerToken() => new("Answers have logits per token: use Start and End.");

    static InvalidOperationException PerRow() => new("Only task answer has logits per token: use Row.");
}
