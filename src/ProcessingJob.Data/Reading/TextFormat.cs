namespace ProcessingJob.Data.Reading;

/// <summary>A row a line. Its only column is "text".</summary>
sealed class TextFormat(int slotCount) : RecordFormat
{
    readonly Slot[] _slots = new Slot[slotCount];

    public override void Parse(ReadOnlySpan<byte> record, long row, long offset, RowBuilder into)
    {
        Array.Fill(_slots, new Slot(0, record.Length, SlotKind.Text));
        into.Add(record, _slots, row, offset);
    }
}

/// <summary>A row a file.</summary>
sealed class TextFileFormat(int slotCount) : RecordFormat
{
    readonly TextFormat _line = new(slotCount);

    public override bool HasLines => false;

    public override RecordCut Cut(ReadOnlySpan<byte> data, bool atEnd, int limit)
    {
        if (data.Length > limit)
        {
            return RecordCut.TooLarge;
        }

        return atEnd ? new(data.Length, data.Length, RecordFault.None) : RecordCut.NeedMore;
    }

    public override bool IsBlank(ReadOnlySpan<byte> content) => false;

    public override void Parse(ReadOnlySpan<byte> record, long row, long offset, RowBuilder into) => _line.Parse(record, row, offset, into);
}
