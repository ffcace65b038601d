using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>Turns the bytes of a value into the rows of a column. Never replaces a broken byte: it says no.</summary>
static class SlotDecoder
{
    /// <summary>Adds the value's characters to the row under construction.</summary>
    /// <returns>False when it is not UTF-8 (or, in JSON, a lone surrogate).</returns>
    public static bool TryDecode(ReadOnlySpan<byte> value, SlotKind kind, StringColumn into)
    {
        if (kind == SlotKind.JsonEscaped)
        {
            return TryUnescape(value, into);
        }

        var room = into.Reserve(value.Length);
        if (Utf8.ToUtf16(value, room, out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            return false;
        }

        into.Advance(kind == SlotKind.CsvQuoted ? HalveQuotes(room[..written]) : written);
        return true;
    }

    /// <summary>Appends a row to a kept column.</summary>
    /// <returns>Null, or the reason for which the record is rejected.</returns>
    public static string? Append(ReadOnlySpan<byte> value, SlotKind kind, ColumnType type, Column into)
    {
        if (kind is SlotKind.Missing or SlotKind.Null)
        {
            into.AppendNull();
            return null;
        }
        return type switch
        {
            ColumnType.String => AppendText(value, kind, (StringColumn)into),
            ColumnType.Int64 => AppendInt64(value, kind, (ValueColumn<long>)into),
            ColumnType.Double => AppendDouble(value, kind, (ValueColumn<double>)into),
            ColumnType.Bool => AppendBool(value, kind, (ValueColumn<bool>)into),
            // No format whose records are bytes has these.
            ColumnType.Timestamp or ColumnType.Date or ColumnType.Binary => RejectReason.TypeMismatch,
        };
    }

    static string? AppendText(ReadOnlySpan<byte> value, SlotKind kind, StringColumn into)
    {
        if (!TryDecode(value, kind, into))
        {
            return RejectReason.BadEncoding;
        }

        into.EndRow();
        return null;
    }

    static string? AppendInt64(ReadOnlySpan<byte> value, SlotKind kind, ValueColumn<long> into)
    {
        if (!IsNumber(kind) || !Utf8Parser.TryParse(value, out long number, out var used) || used != value.Length)
        {
            return RejectReason.TypeMismatch;
        }

        into.Append(number);
        return null;
    }

    static string? AppendDouble(ReadOnlySpan<byte> value, SlotKind kind, ValueColumn<double> into)
    {
        if (
            !IsNumber(kind)
            || !Utf8Parser.TryParse(value, out double number, out var used)
            || used != value.Length
            || !double.IsFinite(number)
        )
        {
            return RejectReason.TypeMismatch;
        }

        into.Append(number);
        return null;
    }

    static string? AppendBool(ReadOnlySpan<byte> value, SlotKind kind, ValueColumn<bool> into)
    {
        var isTrue = value.SequenceEqual("true"u8);
        if (kind is not (SlotKind.JsonBool or SlotKind.Text) || !(isTrue || value.SequenceEqual("false"u8)))
        {
            return RejectReason.TypeMismatch;
        }

        into.Append(isTrue);
        return null;
    }

    static bool IsNumber(SlotKind kind) => kind is SlotKind.JsonNumber or SlotKind.Text;

    static bool TryUnescape(ReadOnlySpan<byte> value, StringColumn into)
    {
        // The reader wants the quotes around the value: they are there, one byte to either side, in every JSON string.
        var reader = new Utf8JsonReader(value);
        try
        {
            reader.Read();
            into.Advance(reader.CopyString(into.Reserve(value.Length)));
            return true;
        }
        catch (InvalidOperationException)
        {
            // Bytes that are no UTF-8, or half of a surrogate pair.
            return false;
        }
    }

    static int HalveQuotes(Span<char> text)
    {
        var to = text.IndexOf('"') + 1;
        for (var from = to + 1; from < text.Length; )
        {
            var run = text[from..].IndexOf('"');
            if (run < 0)
            {
                run = text.Length - from - 1;
            }

            text.Slice(from, run + 1).CopyTo(text[to..]);
            to += run + 1;
            // Skips the second quote of the pair.
            from += run + 2;
        }
        return Math.Min(to, text.Length);
    }

    /// <summary>The record for a reject: as text with broken bytes replaced, at most 4,096 characters.</summary>
    public static string Show(ReadOnlySpan<byte> record)
    {
        const int limit = 4096;
        var cut = record.Length > limit;
        return Encoding.UTF8.GetString(cut ? record[..limit] : record) + (cut ? $"… ({record.Length} bytes)" : "");
    }
}
