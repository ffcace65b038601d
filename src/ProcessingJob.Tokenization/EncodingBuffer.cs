namespace ProcessingJob.Tokenization;

/// <summary>
/// Encodings one after another in a few growing arrays: appended by an <see cref="Encoder"/>, read as spans, cleared and
/// used again. Spans are valid until the next append or <see cref="Clear"/>. One thread at a time.
/// </summary>
public sealed class EncodingBuffer
{
    int[] _ids = new int[1024];
    byte[] _types = new byte[1024];
    byte[] _special = new byte[1024];
    TokenOffset[] _offsets = [];
    Entry[] _entries = new Entry[16];
    int _used;

    /// <summary>Number of encodings.</summary>
    public int Count { get; private set; }

    /// <summary>Number of texts (or pairs) encoded, that is of <see cref="Encoder"/> calls since <see cref="Clear"/>.</summary>
    public int Rows { get; private set; }

    /// <summary>Tokens of all encodings.</summary>
    public int TokenCount => _used;

    /// <summary>Token ids of encoding <paramref name="i"/>, special tokens included.</summary>
    public ReadOnlySpan<int> Ids(int i) => _ids.AsSpan(At(i).Start, At(i).Length);

    /// <summary>Token type ids of encoding <paramref name="i"/>, one per token (all 0 where the family has none).</summary>
    public ReadOnlySpan<byte> TypeIds(int i) => _types.AsSpan(At(i).Start, At(i).Length);

    /// <summary>1 for tokens that the post-processor added, 0 for the texts'.</summary>
    public ReadOnlySpan<byte> SpecialTokensMask(int i) => _special.AsSpan(At(i).Start, At(i).Length);

    /// <summary>Offsets into the original text(s); empty unless the options asked for them.</summary>
    public ReadOnlySpan<TokenOffset> Offsets(int i) => At(i).HasOffsets ? _offsets.AsSpan(At(i).Start, At(i).Length) : [];

    /// <summary>Tokens of encoding <paramref name="i"/>.</summary>
    public int Length(int i) => At(i).Length;

    /// <summary>
    /// Tokens from the start on that the attention mask covers: all, unless a query was filled up with tokens that the transformer must
    /// not see (the mask tokens of ColBERT, arxiv.org/abs/2004.12832).
    /// </summary>
    public int Attended(int i) => At(i).Attended;

    /// <summary>Which call this encoding came from: 0 for the first since <see cref="Clear"/>.</summary>
    public int Row(int i) => At(i).Row;

    /// <summary>Which window of its row this is: 0 unless windows were asked for.</summary>
    public int Window(int i) => At(i).Window;

    /// <summary>
    /// Where the text covered by encoding <paramref name="i"/> starts (for pairs: in the text that windows move over), in the
    /// unit of the offsets; -1 without offsets.
    /// </summary>
    public int TextStart(int i) => At(i).TextStart;

    /// <summary>Where the text covered by encoding <paramref name="i"/> ends; -1 without offsets.</summary>
    public int TextEnd(int i) => At(i).TextEnd;

    /// <summary>Whether tokens of the text(s) were cut off because of the limit. Never for windows.</summary>
    public bool Truncated(int i) => At(i).Truncated;

    /// <summary>Forgets all encodings and keeps the memory.</summary>
    public void Clear() => (Count, Rows, _used) = (0, 0, 0);

    /// <summary>Appends an encoding that was made elsewhere, as a row of its own. Types default to 0.</summary>
    public void Add(ReadOnlySpan<int> tokenIds, ReadOnlySpan<byte> typeIds = default)
    {
        tokenIds.CopyTo(AppendIds(tokenIds.Length, withOffsets: false));
        var pendingTypes = PendingTypes(tokenIds.Length);
        if (typeIds.IsEmpty)
        {
            pendingTypes.Clear();
        }
        else
        {
            typeIds.CopyTo(pendingTypes);
        }

        PendingSpecial(tokenIds.Length).Clear();
        Commit(tokenIds.Length, tokenIds.Length, window: 0, hasOffsets: false, -1, -1, truncated: false);
        CommitRow();
    }

    internal Span<int> AppendIds(int length, bool withOffsets)
    {
        if (_used + length > _ids.Length)
        {
            var size = Math.Max(_used + length, _ids.Length * 2);
            Array.Resize(ref _ids, size);
            Array.Resize(ref _types, size);
            Array.Resize(ref _special, size);
        }

        if (withOffsets && _offsets.Length < _ids.Length)
        {
            Array.Resize(ref _offsets, _ids.Length);
        }

        return _ids.AsSpan(_used, length);
    }

    internal Span<byte> PendingTypes(int length) => _types.AsSpan(_used, length);

    internal Span<byte> PendingSpecial(int length) => _special.AsSpan(_used, length);

    internal Span<TokenOffset> PendingOffsets(int length) => _offsets.AsSpan(_used, length);

    internal void Commit(int length, int attended, int window, bool hasOffsets, int textStart, int textEnd, bool truncated)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        _entries[Count++] = new Entry(_used, length, attended, Rows, window, textStart, textEnd, hasOffsets, truncated);
        _used += length;
    }

    internal void CommitRow() => Rows++;

    ref readonly Entry At(int i)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
        return ref _entries[i];
    }

    readonly record struct Entry(
        int Start,
        int Length,
        int Attended,
        int Row,
        int Window,
        int TextStart,
        int TextEnd,
        bool HasOffsets,
        bool Truncated
    );
}
