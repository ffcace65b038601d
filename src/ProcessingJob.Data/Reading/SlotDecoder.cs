using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
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
    /// <param name="value">Bytes of the value.</param>
    /// <param name="kind">What they are.</param>
    /// <param name="type">Of the column.</param>
    /// <param name="into">The column.</param>
    /// <param name="isExact">Whether a csv number counts only as JSON would write it: nobody said that 007 is one.</param>
    /// <returns>Null, or the reason for which the record is rejected.</returns>
    public static string? Append(ReadOnlySpan<byte> value, SlotKind kind, ColumnType type, Column into, bool isExact)
    {
        if (kind is SlotKind.Missing or SlotKind.Null)
        {
            into.AppendNull();
            return null;
        }
        if (kind == SlotKind.JsonNumber && value[^1] is (byte)'N' or (byte)'y')
        {
            return AppendNotFinite(value, into);
        }

        var fits = type.Kind switch
        {
            TypeKind.String => TryDecode(value, kind, (StringColumn)into),
            _ when kind is SlotKind.Text or SlotKind.CsvQuoted => (!isExact || TextKinds.IsExact(value, type))
                && TextValues.TryAppend(value, type, into),
            TypeKind.Int64 or TypeKind.UInt64 => kind == SlotKind.JsonNumber && TryAppendInteger(value, into),
            TypeKind.Float64 => kind == SlotKind.JsonNumber && TryAppendDouble(value, (ValueColumn<double>)into),
            TypeKind.Bool => kind == SlotKind.JsonBool && TryAppendBool(value, (ValueColumn<bool>)into),
            _ => false,
        };
        if (fits && type.Kind == TypeKind.String)
        {
            ((StringColumn)into).EndRow();
        }

        return fits ? null
            : type.Kind == TypeKind.String ? RejectReason.BadEncoding
            : RejectReason.TypeMismatch;
    }

    public static bool TryAppendInteger(ReadOnlySpan<byte> value, Column into)
    {
        // Nearly all; reading 128 bits takes longer.
        if (into is ValueColumn<long> longs && Utf8Parser.TryParse(value, out long small, out var used) && used == value.Length)
        {
            longs.Append(small);
            return true;
        }

        return Int128.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && ColumnConversion.TryAppendInteger(number, into);
    }

    static string? AppendNotFinite(ReadOnlySpan<byte> value, Column into)
    {
        if (into is not ValueColumn<double> doubles)
        {
            return RejectReason.TypeMismatch;
        }

        doubles.Append(
            value[0] == 'N' ? double.NaN
            : value[0] == '-' ? double.NegativeInfinity
            : double.PositiveInfinity
        );
        return null;
    }

    static bool TryAppendDouble(ReadOnlySpan<byte> value, ValueColumn<double> into)
    {
        if (!JsonNumbers.IsDouble(value))
        {
            return false;
        }

        into.Append(double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture));
        return true;
    }

    static bool TryAppendBool(ReadOnlySpan<byte> value, ValueColumn<bool> into)
    {
        into.Append(value.SequenceEqual("true"u8));
        return true;
    }

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
