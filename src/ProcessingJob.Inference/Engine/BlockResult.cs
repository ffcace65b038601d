using System.Numerics.Tensors;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Engine;

/// <summary>
/// Results of one block, in its order. Pooled: dispose when read; spans are invalid afterwards.
/// </summary>
public sealed class BlockResult : IDisposable
{
    static readonly ModelOutput None = new ModelOutput.RowVectors(1);

    readonly Action<BlockResult> _giveBack;
    float[] _values = [];
    int[] _starts = [];
    bool[] _notFinite = [];
    SparseRow[] _sparse = [];
    int _inUse;

    internal BlockResult(Action<BlockResult> giveBack) => _giveBack = giveBack;

    /// <summary>Encodings.</summary>
    public int Count { get; private set; }

    /// <summary>What there is for each encoding.</summary>
    public ModelOutput Output { get; private set; } = None;

    /// <summary>One vector for each encoding: all of them, one after another, <see cref="Count"/> x width.</summary>
    /// <exception cref="InvalidOperationException">The output is one per token.</exception>
    public ReadOnlySpan<float> Rows => IsRow ? _values.AsSpan(0, Count * Output.Width) : throw Wrong("one row per encoding");

    /// <summary>One vector for each encoding: that of encoding i.</summary>
    /// <exception cref="InvalidOperationException">The output is one per token.</exception>
    public ReadOnlySpan<float> Row(int i) => IsRow ? All(i) : throw Wrong("one row per encoding");

    /// <summary>Token vectors or token labels: tokens x width floats of encoding i.</summary>
    /// <exception cref="InvalidOperationException">The output is another.</exception>
    public ReadOnlySpan<float> Tokens(int i) => Output is { PerToken: true, Planes: 1 } ? All(i) : throw Wrong("one row per token");

    /// <summary>Spans: one start logit per token of encoding i.</summary>
    /// <exception cref="InvalidOperationException">The output is another.</exception>
    public ReadOnlySpan<float> Start(int i) => Output is ModelOutput.Spans ? All(i)[..(All(i).Length / 2)] : throw Wrong("spans");

    /// <summary>Spans: one end logit per token of encoding i.</summary>
    /// <exception cref="InvalidOperationException">The output is another.</exception>
    public ReadOnlySpan<float> End(int i) => Output is ModelOutput.Spans ? All(i)[(All(i).Length / 2)..] : throw Wrong("spans");

    /// <summary>Sparse rows: the entries of encoding i that are not zero.</summary>
    /// <exception cref="InvalidOperationException">The output is another.</exception>
    public SparseRow Sparse(int i)
    {
        Check(i);
        return IsSparse ? _sparse[i] : throw Wrong("a sparse row");
    }

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

    /// <summary>Makes room for a block.</summary>
    internal void Reset(EncodingBuffer block, ModelOutput output)
    {
        (Count, Output, _inUse) = (block.Count, output, 1);
        if (_starts.Length <= Count)
        {
            _starts = new int[Count + 1 + Count / 4];
        }

        if (_notFinite.Length < Count)
        {
            _notFinite = new bool[Count + Count / 4];
        }

        _notFinite.AsSpan(0, Count).Clear();
        if (IsSparse && _sparse.Length < Count)
        {
            _sparse = new SparseRow[Count + Count / 4];
        }

        for (var i = 0; i < Count; i++)
        {
            _starts[i + 1] = IsSparse ? 0 : checked(_starts[i] + output.Floats(block.Length(i)));
        }

        if (_values.Length < _starts[Count])
        {
            // Every float is written before it is read. Blocks of rows have all one size, those of tokens and of windows have not: without
            // room to spare nearly every larger block would leave an array behind.
            var varies = output.PerToken || _values.Length > 0;
            var room = varies ? _starts[Count] * 5L / 4 : _starts[Count];
            _values = GC.AllocateUninitializedArray<float>((int)Math.Min(room, Array.MaxLength));
        }
    }

    /// <summary>Everything of encoding i: <see cref="ModelOutput.Floats"/> of its tokens.</summary>
    internal Span<float> All(int i)
    {
        Check(i);
        return _values.AsSpan(_starts[i], _starts[i + 1] - _starts[i]);
    }

    /// <summary>Takes what a device has put out for encoding i; false where it is not finite.</summary>
    /// <param name="i">The encoding.</param>
    /// <param name="padded">Its floats in the batch.</param>
    /// <param name="length">Tokens that the batch is padded to.</param>
    /// <param name="tokens">Tokens of the encoding.</param>
    internal bool TryStore(int i, ReadOnlySpan<float> padded, int length, int tokens)
    {
        if (IsSparse)
        {
            _sparse[i] = SparseRow.Of(padded);
            return TensorPrimitives.IsFiniteAll(padded);
        }

        var target = All(i);
        Output.CopyReal(padded, length, tokens, target);
        return TensorPrimitives.IsFiniteAll<float>(target);
    }

    internal void SetZero(int i)
    {
        All(i).Clear();
        if (IsSparse)
        {
            _sparse[i] = SparseRow.Empty;
        }
    }

    internal void SetNotFinite(int i)
    {
        SetZero(i);
        _notFinite[i] = true;
    }

    internal void Copy(int from, int to)
    {
        if (_notFinite[from])
        {
            SetNotFinite(to);
        }
        else if (IsSparse)
        {
            _sparse[to] = _sparse[from];
        }
        else
        {
            All(from).CopyTo(All(to));
        }
    }

    bool IsSparse => Output is ModelOutput.SparseRows;

    bool IsRow => !Output.PerToken && !IsSparse;

    void Check(int i)
    {
        ObjectDisposedException.ThrowIf(_inUse == 0, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
    }

    InvalidOperationException Wrong(string expected) => new($"the output is {Output}, expected {expected}");
}
