using System.Buffers;
using System.Text.Json;

namespace ProcessingJob.Data.Reading;

/// <summary>JSON below the level of values.</summary>
static class JsonBytes
{
    /// <summary>Deeper than any writer nests; a reject beyond it, not a full stack: reading does not recurse.</summary>
    const int MaxDepth = 10_000;

    /// <summary>What can end an element or hides what could.</summary>
    static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[],"u8);

    public static ReadOnlySpan<byte> Blank => " \t\r\n"u8;

    public static JsonReaderOptions ReaderOptions => new() { MaxDepth = MaxDepth };

    /// <summary>The record without the blanks around it.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> record) =>
        // Most lines have nothing to trim.
        record.IsEmpty || (record[0] > ' ' && record[^1] > ' ')
            ? record
            : record.Trim(Blank);

    /// <summary>
    /// The first element of what is left of an array behind its bracket: up to the comma behind it, or with all that follows where the
    /// array ends. Null: more bytes are needed.
    /// </summary>
    /// <exception cref="FormatException">The bytes end before the array, or something follows it.</exception>
    public static RecordCut? CutElement(ReadOnlySpan<byte> data, bool atEnd)
    {
        if (EndOfElement(data) is not { } end || data[end..].IndexOfAnyExcept(Blank) is not (>= 0 and var blanks))
        {
            return atEnd ? throw new FormatException("the JSON array ends before its ']'") : null;
        }

        var behind = end + blanks;
        if (data[behind] == ',')
        {
            // A comma is not the end of a whole array: what follows it must be there.
            return data[(behind + 1)..].IndexOfAnyExcept(Blank) >= 0 ? new(behind + 1, end, RecordFault.None)
                : atEnd ? throw new FormatException("the JSON array ends before its ']'")
                : null;
        }

        if (data[behind] != ']')
        {
            throw new FormatException($"found '{SlotDecoder.Show(data.Slice(behind, 1))}' behind an element of the JSON array");
        }

        var rest = data[(behind + 1)..];
        return rest.IndexOfAnyExcept(Blank) is >= 0 and var text
                ? throw new FormatException(
                    $"found '{SlotDecoder.Show(rest[text..Math.Min(rest.Length, text + 20)])}' behind the end of the JSON array"
                )
            : atEnd ? new(data.Length, end, RecordFault.None)
            : null;
    }

    /// <summary>Index behind the element that begins there; null where it does not end.</summary>
    static int? EndOfElement(ReadOnlySpan<byte> data)
    {
        var depth = 0;
        for (var at = 0; ; at++)
        {
            var step = at > data.Length ? -1 : data[at..].IndexOfAny(Structure);
            if (step < 0)
            {
                return null;
            }

            at += step;
            switch (data[at])
            {
                case (byte)'"':
                    at = EndOfString(data, at + 1);
                    if (at < 0)
                    {
                        return null;
                    }

                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)',' or (byte)']' when depth == 0:
                    return at;
                case (byte)'}' or (byte)']' when --depth <= 0:
                    return at + 1;
            }
        }
    }

    /// <summary>
    /// A record in which doubles of the same length stand for NaN, Infinity and -Infinity outside strings, so that it can be parsed and
    /// what is found lies in the record itself; null when it has none.
    /// </summary>
    public static byte[]? Lenient(ReadOnlySpan<byte> record)
    {
        byte[]? mended = null;
        for (var at = 0; at < record.Length; at++)
        {
            if (record[at] == '"')
            {
                var close = EndOfString(record, at + 1);
                if (close < 0)
                {
                    break;
                }

                at = close;
            }
            else if (StandIn(record[at..]) is { Length: > 0 } number)
            {
                mended ??= record.ToArray();
                number.CopyTo(mended.AsSpan(at));
                at += number.Length - 1;
            }
        }

        return mended;
    }

    static ReadOnlySpan<byte> StandIn(ReadOnlySpan<byte> rest) =>
        rest.StartsWith("NaN"u8) ? "1.5"u8
        : rest.StartsWith("Infinity"u8) ? "1.500000"u8
        : rest.StartsWith("-Infinity"u8) ? "-1.500000"u8
        : default;

    /// <summary>Index of the quote that closes a string whose content begins there; -1 when there is none.</summary>
    static int EndOfString(ReadOnlySpan<byte> data, int from)
    {
        while (true)
        {
            var step = from > data.Length ? -1 : data[from..].IndexOfAny((byte)'"', (byte)'\\');
            if (step < 0)
            {
                return -1;
            }

            from += step;
            if (data[from] == '"')
            {
                return from;
            }

            from += 2;
        }
    }
}
