using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// csv with an escape character or another quote than ". The escape takes its meaning from a quote, a delimiter, a line break or itself
/// behind it; before anything else it is a character like any other, as Spark writes it. With an escape an unquoted \N is null
/// (MySQL, SELECT … INTO OUTFILE).
/// </summary>
sealed class EscapedCsvFormat(CsvDialect dialect, int[] slotOfField, int slotCount) : RecordFormat
{
    const byte LineFeed = (byte)'\n';
    readonly Slot[] _slots = new Slot[slotCount];

    public override RecordCut Cut(ReadOnlySpan<byte> data, bool atEnd, int limit)
    {
        var (quoteAt, closedAt, isFieldStart) = (-1, -2, true);
        var end = Math.Min(data.Length, limit + 1);
        for (var i = 0; i < end; i++)
        {
            var c = data[i];
            if (dialect.Escape != 0 && c == dialect.Escape)
            {
                i++;
            }
            else if (quoteAt >= 0 && dialect.Multiline)
            {
                if (c == dialect.Quote)
                {
                    (quoteAt, closedAt) = (-1, i);
                }
            }
            else if (c == LineFeed)
            {
                return Line(data, i);
            }
            else if (dialect.Quote != 0 && c == dialect.Quote && (isFieldStart || closedAt == i - 1))
            {
                // A quote right behind a closing one is a doubled one: the field goes on.
                quoteAt = i;
            }

            isFieldStart = c == dialect.Delimiter && quoteAt < 0;
        }

        if (data.Length > limit)
        {
            return RecordCut.TooLarge;
        }

        if (!atEnd)
        {
            return RecordCut.NeedMore;
        }

        if (quoteAt < 0 || !dialect.Multiline)
        {
            return Line(data, data.Length) with { Length = data.Length };
        }

        var line = data[quoteAt..].IndexOf(LineFeed);
        return line < 0
            ? new(data.Length, data.Length, RecordFault.Unterminated)
            : Line(data, quoteAt + line) with
            {
                Fault = RecordFault.Unterminated,
            };
    }

    public override void Parse(ReadOnlySpan<byte> record, long row, long offset, RowBuilder into)
    {
        // Never longer than the record: what is escaped gets shorter.
        var plain = new byte[record.Length];
        var (to, at, field) = (0, 0, 0);
        while (true)
        {
            var start = to;
            var (next, quoted, fault) = Field(dialect, record, at, plain, ref to);
            if (fault)
            {
                into.Reject(row, offset, RejectReason.BadRecord, $"text after the closing quote of field {field + 1}", record);
                return;
            }

            if (field < slotOfField.Length && slotOfField[field] is >= 0 and var index)
            {
                // As it is written: an escaped escape before an N is a text.
                var isNull = !quoted && (to == start || (dialect.Escape != 0 && record[at..next].SequenceEqual("\\N"u8)));
                _slots[index] = new(start, to - start, isNull ? SlotKind.Null : SlotKind.Text);
            }

            field++;
            if (next >= record.Length)
            {
                break;
            }

            plain[to++] = dialect.Delimiter;
            at = next + 1;
        }

        if (field == slotOfField.Length)
        {
            into.Add(plain.AsSpan(0, to), _slots, row, offset);
        }
        else
        {
            into.Reject(row, offset, RejectReason.BadRecord, $"found {field} fields, expected {slotOfField.Length}", record);
        }
    }

    public static string[]? Fields(CsvDialect dialect, ReadOnlySpan<byte> record)
    {
        var fields = new List<string>();
        var plain = new byte[record.Length];
        using var text = new StringColumn();
        for (var at = 0; ; )
        {
            var to = 0;
            var (next, _, fault) = Field(dialect, record, at, plain, ref to);
            if (fault || !SlotDecoder.TryDecode(plain.AsSpan(0, to), SlotKind.Text, text))
            {
                return null;
            }

            text.EndRow();
            fields.Add(text[text.Count - 1].ToString());
            if (next >= record.Length)
            {
                return [.. fields];
            }

            at = next + 1;
        }
    }

    /// <summary>Writes a field as it is meant and returns where its delimiter stands.</summary>
    static (int Next, bool Quoted, bool Fault) Field(CsvDialect dialect, ReadOnlySpan<byte> record, int at, Span<byte> plain, ref int to)
    {
        var quoted = dialect.Quote != 0 && at < record.Length && record[at] == dialect.Quote;
        var inside = quoted;
        for (var i = quoted ? at + 1 : at; i < record.Length; i++)
        {
            var c = record[i];
            var next = i + 1 < record.Length ? record[i + 1] : (byte)0;
            if (
                dialect.Escape != 0
                && c == dialect.Escape
                && (
                    (dialect.Quote != 0 && next == dialect.Quote) || next == dialect.Escape || next == dialect.Delimiter || next == LineFeed
                )
            )
            {
                plain[to++] = next;
                i++;
            }
            else if (inside && c == dialect.Quote && next == dialect.Quote && i + 1 < record.Length)
            {
                plain[to++] = c;
                i++;
            }
            else if (inside && c == dialect.Quote)
            {
                inside = false;
            }
            else if (!inside && c == dialect.Delimiter)
            {
                return (i, quoted, false);
            }
            else if (quoted && !inside && c is not ((byte)' ' or (byte)'\t'))
            {
                return (i, true, true);
            }
            else if (inside || !quoted)
            {
                plain[to++] = c;
            }
        }

        return (record.Length, quoted, inside);
    }
}
