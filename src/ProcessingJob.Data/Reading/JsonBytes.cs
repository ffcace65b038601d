using System.Buffers;
using System.Text.Json;

namespace ProcessingJob.Data.Reading;

/// <summary>JSON below the level of values.</summary>
static class JsonBytes
{
    /// <summary>Deeper than any writer nests; a reject beyond it, not a full stack: reading does not recurse.</summary>
    const int MaxDepth = 10_000;

    /// <summary>What may stand between the elements of an array, and behind the last.</summary>
    static readonly SearchValues<byte> Between = SearchValues.Create(" \t\r\n,]"u8);

    public static ReadOnlySpan<byte> Blank => " \t\r\n"u8;

    public static JsonReaderOptions ReaderOptions => new() { MaxDepth = MaxDepth };

    /// <summary>The record without what stands around it: blanks, and in an array its brackets and commas.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> record, bool isArray)
    {
        if (!isArray)
        {
            // Most lines have nothing to trim.
            return record.IsEmpty || (record[0] > ' ' && record[^1] > ' ') ? record : record.Trim(Blank);
        }

        var start = StartOfElement(record);
        return start < 0 ? [] : record[start..];
    }

    /// <summary>Index behind the first element of an array's rest, or behind all when there is none; null: more bytes are needed.</summary>
    public static int? EndOfElement(ReadOnlySpan<byte> data, bool atEnd)
    {
        var start = StartOfElement(data);
        if (start < 0)
        {
            return atEnd ? data.Length : null;
        }

        var (depth, at) = (0, start);
        while (at < data.Length)
        {
            switch (data[at])
            {
                case (byte)'"':
                    var close = EndOfString(data, at + 1);
                    if (close < 0)
                    {
                        return atEnd ? data.Length : null;
                    }

                    at = close;
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']' when depth > 0 && --depth == 0:
                    return at + 1;
                case (byte)',' or (byte)']' when depth == 0:
                    return at;
            }

            at++;
        }

        return atEnd ? data.Length : null;
    }

    /// <summary>A record in which NaN, Infinity and -Infinity, outside strings, are replaced; null when it has none.</summary>
    public static byte[]? Lenient(ReadOnlySpan<byte> record, ReadOnlySpan<byte> replacement)
    {
        List<byte>? mended = null;
        var copied = 0;
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
            else if (WordAt(record, at) is > 0 and var length)
            {
                mended ??= [];
                mended.AddRange(record[copied..at]);
                mended.AddRange(replacement);
                copied = at + length;
                at = copied - 1;
            }
        }

        mended?.AddRange(record[copied..]);
        return mended is null ? null : [.. mended];
    }

    static int WordAt(ReadOnlySpan<byte> record, int at)
    {
        var rest = record[at..];
        return rest.StartsWith("NaN"u8) ? 3
            : rest.StartsWith("Infinity"u8) ? 8
            : rest.StartsWith("-Infinity"u8) ? 9
            : 0;
    }

    static int StartOfElement(ReadOnlySpan<byte> data)
    {
        // The array's own bracket, once, or what separates elements.
        var at = data.IndexOfAnyExcept(Between);
        if (at >= 0 && data[at] == '[')
        {
            var next = data[(at + 1)..].IndexOfAnyExcept(Between);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return at;
    }

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
