using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Rows of a unit, about a thousand and of several files where these are small, in pooled arrays; dispose it when done. Texts, ids and kept
/// columns are valid until then.
/// The records of a unit are the rows of its blocks, and their rejects: nothing is left out silently.
/// </summary>
public sealed class RowBlock : IDisposable
{
    readonly RowPlan _plan;
    readonly ValueColumn<long> _rows = new(),
        _offsets = new();
    readonly List<Reject> _rejects = [];
    readonly List<(int First, string Source)> _files = [];
    PooledList<byte> _splits;
    int _file;

    /// <param name="plan">What the rows hold.</param>
    /// <param name="chars">Characters to take memory for, of each text: columns that double copy all they have again and again.</param>
    internal RowBlock(RowPlan plan, ReadOnlySpan<int> chars)
    {
        _plan = plan;
        Texts = [.. plan.Texts.Select(_ => new StringColumn())];
        for (var k = 0; k < Texts.Length; k++)
        {
            Texts[k].Reserve(chars[k]);
        }

        Id = plan.IdColumn is { } id ? Column.Create(OutputColumn.Of(id)) : null;
        Kept = [.. plan.KeptColumns.Select(c => Column.Create(OutputColumn.Of(c)))];
    }

    public int Count => _rows.Count;

    /// <summary>1, or 2 for question and context or a text pair.</summary>
    public int TextCount => Texts.Length;

    /// <summary>The row's <paramref name="k"/>-th text; several columns are joined by "\n".</summary>
    public ReadOnlySpan<char> Text(int row, int k = 0) => Texts[k][row];

    /// <summary>A <see cref="StringColumn"/> or a <see cref="ValueColumn{T}"/> of long; null when the spec names no id.</summary>
    public Column? Id { get; }

    /// <summary>The kept columns in the order of <see cref="RowReader.KeptColumns"/>.</summary>
    public IReadOnlyList<Column> Kept { get; }

    /// <summary>The file that the row is of, as its path below the data root.</summary>
    public string SourceFile(int row)
    {
        // Rows are asked for one after another, and most blocks are of one file.
        if (_files[_file].First > row)
        {
            _file = 0;
        }

        while (_file + 1 < _files.Count && _files[_file + 1].First <= row)
        {
            _file++;
        }

        return _files[_file].Source;
    }

    /// <summary>Index of the record in its file, from 0, header not counted.</summary>
    public long SourceRow(int row) => _rows[row];

    /// <summary>Byte offset of the record in the decompressed file; -1 for Parquet.</summary>
    public long SourceOffset(int row) => _offsets[row];

    /// <summary>Index of the row's split in the spec's order; 0 without splits.</summary>
    public int Split(int row) => _splits.Count == 0 ? 0 : _splits.Span[row];

    /// <summary>Records of this stretch that cannot be used, in their order.</summary>
    public IReadOnlyList<Reject> Rejects => _rejects;

    /// <summary>Records of this stretch: <see cref="Count"/> + rejects.</summary>
    public long RecordsIn => Count + _rejects.Count;

    /// <summary>Bytes of the unit this stretch took, for progress; of a compressed file the compressed ones.</summary>
    public long SourceBytes { get; internal set; }

    /// <summary>The row as JSON, for a reject found after reading: id, kept columns and texts; long texts are cut.</summary>
    public string Describe(int row) => RowText.Describe(_plan, this, row);

    public void Dispose()
    {
        foreach (var column in Columns())
        {
            column.Dispose();
        }

        _rows.Dispose();
        _offsets.Dispose();
        _splits.Dispose();
    }

    internal StringColumn[] Texts { get; }

    /// <summary>Bytes of the texts of the row under construction.</summary>
    internal int PendingTextBytes
    {
        get
        {
            var chars = 0;
            foreach (var text in Texts)
            {
                chars += text.Length(Count);
            }

            return 2 * chars;
        }
    }

    internal void EndRow(string source, long row, long offset, int split, bool hasSplits)
    {
        if (_files.Count == 0 || _files[^1].Source != source)
        {
            _files.Add((Count, source));
        }

        _rows.Append(row);
        _offsets.Append(offset);
        if (hasSplits)
        {
            _splits.Add((byte)split);
        }
    }

    internal void AddReject(Reject reject) => _rejects.Add(reject);

    /// <summary>Takes back what was appended since the last <see cref="EndRow"/>.</summary>
    internal void Rollback()
    {
        foreach (var column in Columns())
        {
            if (column.Count > Count)
            {
                column.RemoveLast();
            }

            column.TrimPending();
        }
    }

    /// <summary>Describes the row under construction.</summary>
    internal string DescribePending() => RowText.Describe(_plan, this, Count);

    IEnumerable<Column> Columns()
    {
        IEnumerable<Column> all = [.. Texts, .. Kept];
        return Id is null ? all : all.Append(Id);
    }
}
