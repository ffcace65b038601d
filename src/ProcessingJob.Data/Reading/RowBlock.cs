using ProcessingJob.Contract;

namespace ProcessingJob.Data;

/// <summary>
/// Rows of a unit, about a thousand, in pooled arrays; dispose it when done. Texts, ids and kept columns are valid until then.
/// The records of a unit are the rows of its blocks, their rejects and what was filtered: nothing is left out silently.
/// </summary>
public sealed class RowBlock : IDisposable
{
    private readonly StringColumn[] _texts;
    private readonly ValueColumn<long> _rows = new(), _offsets = new();
    private readonly List<Reject> _rejects = [];
    private PooledList<byte> _splits;

    internal RowBlock(int texts, Column? id, IReadOnlyList<Column> kept)
    {
        _texts = [.. Enumerable.Range(0, texts).Select(_ => new StringColumn())];
        Id = id;
        Kept = kept;
    }

    public int Count => _rows.Count;

    /// <summary>1, or 2 for question and context or a text pair.</summary>
    public int TextCount => _texts.Length;

    /// <summary>The row's <paramref name="k"/>-th text; several columns are joined by "\n".</summary>
    public ReadOnlySpan<char> Text(int row, int k = 0) => _texts[k][row];

    public ReadOnlyMemory<char> TextMemory(int row, int k = 0) => _texts[k].Slice(row);

    /// <summary>A <see cref="StringColumn"/> or a <see cref="ValueColumn{T}"/> of long; null when the spec names no id.</summary>
    public Column? Id { get; }

    /// <summary>The kept columns in the order of <see cref="RowReader.KeptColumns"/>.</summary>
    public IReadOnlyList<Column> Kept { get; }

    /// <summary>Index of the record in its file, from 0, header not counted.</summary>
    public long SourceRow(int row) => _rows[row];

    /// <summary>Byte offset of the record in the decompressed file; -1 for Parquet.</summary>
    public long SourceOffset(int row) => _offsets[row];

    /// <summary>Index of the row's split in the spec's order; 0 without splits.</summary>
    public int Split(int row) => _splits.Count == 0 ? 0 : _splits.Span[row];

    /// <summary>Records of this stretch that cannot be used, in their order.</summary>
    public IReadOnlyList<Reject> Rejects => _rejects;

    /// <summary>Rows of this stretch left out by balance.</summary>
    public long Filtered { get; internal set; }

    /// <summary>Records of this stretch: <see cref="Count"/> + rejects + <see cref="Filtered"/>.</summary>
    public long RecordsIn => Count + _rejects.Count + Filtered;

    /// <summary>Bytes of the source file this stretch took, for progress; of a compressed file the compressed ones.</summary>
    public long SourceBytes { get; internal set; }

    /// <summary>The row as JSON, for a reject found after reading: id, kept columns and texts.</summary>
    public string Describe(int row) => throw new NotImplementedException();

    public void Dispose()
    {
        foreach (var text in _texts)
            text.Dispose();
        Id?.Dispose();
        foreach (var column in Kept)
            column.Dispose();
        _rows.Dispose();
        _offsets.Dispose();
        _splits.Dispose();
    }
}
