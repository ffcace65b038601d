namespace ProcessingJob.Data.Reading;

enum RecordFault
{
    None,

    /// <summary>More bytes are needed to tell.</summary>
    NeedMore,

    /// <summary>A quote that is never closed; the record was cut after the line it stands in, so that nothing behind it is lost.</summary>
    Unterminated,

    /// <summary>Longer than allowed: it ends at the first line break after the limit.</summary>
    TooLarge,
}

/// <summary>The first record of a buffer.</summary>
/// <param name="Length">Bytes with the line break.</param>
/// <param name="Content">Bytes without it.</param>
readonly record struct RecordCut(int Length, int Content, RecordFault Fault)
{
    public static RecordCut NeedMore => new(0, 0, RecordFault.NeedMore);
    public static RecordCut TooLarge => new(0, 0, RecordFault.TooLarge);
}

/// <summary>
/// A format whose records follow one another as bytes. Where a record ends depends on the file's bytes from its start only, never
/// on how they arrive, so that every reader of a file finds the same records.
/// </summary>
abstract class RecordFormat
{
    /// <summary>False when a file is one record.</summary>
    public virtual bool HasLines => true;

    /// <summary>Finds the end of the record at the beginning of the buffer.</summary>
    /// <param name="data">The buffer.</param>
    /// <param name="atEnd">The file ends with it.</param>
    /// <param name="limit">Longest allowed record, in bytes.</param>
    public virtual RecordCut Cut(ReadOnlySpan<byte> data, bool atEnd, int limit)
    {
        var at = data[..Math.Min(data.Length, limit + 1)].IndexOf((byte)'\n');
        if (at >= 0)
        {
            return Line(data, at);
        }

        if (data.Length > limit)
        {
            return RecordCut.TooLarge;
        }

        return atEnd ? new(data.Length, Trimmed(data), RecordFault.None) : RecordCut.NeedMore;
    }

    /// <summary>Empty lines are no records and are not counted.</summary>
    public virtual bool IsBlank(ReadOnlySpan<byte> content) => content.IsEmpty;

    /// <summary>Adds the record to the builder, as a row or as a reject.</summary>
    public abstract void Parse(ReadOnlySpan<byte> record, long row, long offset, RowBuilder into);

    protected static RecordCut Line(ReadOnlySpan<byte> data, int lineBreak) =>
        new(lineBreak + 1, Trimmed(data[..lineBreak]), RecordFault.None);

    static int Trimmed(ReadOnlySpan<byte> line) => line.Length > 0 && line[^1] == '\r' ? line.Length - 1 : line.Length;
}
