using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// RFC 4180: fields may be quoted, quotes inside are doubled, quoted fields may hold delimiters and line breaks. A quote inside an
/// unquoted field is a character like any other. An unquoted empty field is null, a quoted one an empty text.
/// A line break always ends a tsv record, and a tsv field is unquoted only when its closing quote ends the field: so files of
/// spreadsheets and csv writers are read, and those of raw texts with stray quotes, such as Amazon's reviews, as well.
/// </summary>
sealed class CsvFormat(byte delimiter, bool multiline, bool hasQuotes, int[] slotOfField, int slotCount) : RecordFormat
{
    const byte Quote = (byte)'"';
    readonly Slot[] _slots = new Slot[slotCount];

    public override RecordCut Cut(ReadOnlySpan<byte> data, bool atEnd, int limit)
    {
        if (!multiline || !hasQuotes)
        {
            return base.Cut(data, atEnd, limit);
        }

        var whole = atEnd && data.Length <= limit;
        var searched = data[..Math.Min(data.Length, limit + 1)];
        for (var i = 0; i < searched.Length; )
        {
            var at = searched[i..].IndexOfAny(Quote, (byte)'\n');
            if (at < 0)
            {
                break;
            }

            at += i;
            if (searched[at] != Quote)
            {
                return Line(data, at);
            }

            if (at > 0 && searched[at - 1] != delimiter)
            {
                i = at + 1;
                continue;
            }
            var close = CloseOf(searched, at + 1);
            if (close < 0 || (close == searched.Length - 1 && !whole && data.Length <= limit))
            {
                if (data.Length <= limit && !atEnd)
                {
                    return RecordCut.NeedMore;
                }

                if (close < 0)
                {
                    return AfterLine(searched, at, whole);
                }
            }
            i = close + 1;
        }
        if (data.Length > limit)
        {
            return RecordCut.TooLarge;
        }

        return atEnd ? Line(data, data.Length) with { Length = data.Length } : RecordCut.NeedMore;
    }

    public override void Parse(ReadOnlySpan<byte> record, long row, long offset, RowBuilder into)
    {
        var field = 0;
        for (var i = 0; ; i++)
        {
            Slot slot;
            if (hasQuotes && IsQuoted(record, i, delimiter, multiline))
            {
                var close = CloseOf(record, i + 1);
                var value = record[(i + 1)..close];
                slot = new(i + 1, value.Length, value.Contains(Quote) ? SlotKind.CsvQuoted : SlotKind.Text);
                i = SkipBlanks(record, close + 1, delimiter);
                if (i < record.Length && record[i] != delimiter)
                {
                    // The likeliest cause, which no other record would tell.
                    var hint = close > 0 && record[close - 1] == '\\' ? "; a backslash stands before it: see input.escape" : "";
                    into.Reject(row, offset, RejectReason.BadRecord, $"text after the closing quote of field {field + 1}{hint}", record);
                    return;
                }
            }
            else
            {
                var length = record[i..].IndexOf(delimiter);
                if (length < 0)
                {
                    length = record.Length - i;
                }

                slot = new(i, length, length == 0 ? SlotKind.Null : SlotKind.Text);
                i += length;
            }
            if (field < slotOfField.Length && slotOfField[field] is >= 0 and var index)
            {
                _slots[index] = slot;
            }

            field++;
            if (i >= record.Length)
            {
                break;
            }
        }
        if (field == slotOfField.Length)
        {
            into.Add(record, _slots, row, offset);
        }
        else
        {
            into.Reject(row, offset, RejectReason.BadRecord, $"found {field} fields, expected {slotOfField.Length}", record);
        }
    }

    /// <summary>The fields of a record, decoded; for headers.</summary>
    /// <returns>Null when the record is broken or not UTF-8.</returns>
    public static string[]? Fields(ReadOnlySpan<byte> record, byte delimiter, bool multiline, bool hasQuotes)
    {
        var fields = new List<string>();
        using var text = new StringColumn();
        for (var i = 0; ; i++)
        {
            // Blanks around a quoted name are no part of it.
            var begin = SkipBlanks(record, i, delimiter);
            var quoted = hasQuotes && IsQuoted(record, begin, delimiter, multiline);
            i = quoted ? begin : i;
            var end = quoted ? CloseOf(record, ++i) : record[i..].IndexOf(delimiter);
            if (quoted && end < 0)
            {
                return null;
            }

            if (!quoted)
            {
                end = end < 0 ? record.Length : i + end;
            }

            if (!SlotDecoder.TryDecode(record[i..end], quoted && record[i..end].Contains(Quote) ? SlotKind.CsvQuoted : SlotKind.Text, text))
            {
                return null;
            }

            text.EndRow();
            fields.Add(text[text.Count - 1].ToString());
            i = quoted ? SkipBlanks(record, end + 1, delimiter) : end;
            if (i >= record.Length)
            {
                return [.. fields];
            }

            if (record[i] != delimiter)
            {
                return null;
            }
        }
    }

    static bool IsQuoted(ReadOnlySpan<byte> record, int at, byte delimiter, bool multiline)
    {
        if (at >= record.Length || record[at] != Quote)
        {
            return false;
        }

        return multiline
            || (
                CloseOf(record, at + 1) is >= 0 and var close
                && SkipBlanks(record, close + 1, delimiter) is var end
                && (end == record.Length || record[end] == delimiter)
            );
    }

    static int SkipBlanks(ReadOnlySpan<byte> record, int at, byte delimiter)
    {
        while (at < record.Length && record[at] is (byte)' ' or (byte)'\t' && record[at] != delimiter)
        {
            at++;
        }

        return at;
    }

    /// <summary>Index of the quote that closes a field whose content begins at <paramref name="from"/>; -1 when there is none.</summary>
    static int CloseOf(ReadOnlySpan<byte> data, int from)
    {
        while (true)
        {
            var at = data[from..].IndexOf(Quote);
            if (at < 0)
            {
                return -1;
            }

            at += from;
            if (at + 1 >= data.Length || data[at + 1] != Quote)
            {
                return at;
            }

            from = at + 2;
        }
    }

    static RecordCut AfterLine(ReadOnlySpan<byte> searched, int quote, bool whole)
    {
        var at = searched[quote..].IndexOf((byte)'\n');
        if (at >= 0)
        {
            return Line(searched, quote + at) with { Fault = RecordFault.Unterminated };
        }

        return whole ? new(searched.Length, searched.Length, RecordFault.Unterminated) : RecordCut.TooLarge;
    }
}
