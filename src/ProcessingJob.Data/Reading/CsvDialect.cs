using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Data.Reading;

/// <summary>How the fields of a csv file are told apart.</summary>
/// <param name="Quote">0: none.</param>
/// <param name="Escape">0: none.</param>
readonly record struct CsvDialect(byte Delimiter, bool Multiline, byte Quote, byte Escape)
{
    const byte DoubleQuote = (byte)'"';

    /// <summary>Where the spec says auto, the format's own until the file is seen.</summary>
    public static CsvDialect Of(InputSpec input, byte own, bool multiline)
    {
        var quote = input.Quote == "none" ? (byte)0 : (byte)input.Quote[0];
        var escape = input.Escape is { } e ? (byte)e[0] : (byte)0;
        return new(
            input.Delimiter is null or "" or "auto" ? own : (byte)input.Delimiter[0],
            multiline,
            quote,
            // A quote that escapes itself is a doubled one.
            escape == quote
                ? (byte)0
                : escape
        );
    }

    bool IsPlain => Escape == 0 && Quote is 0 or DoubleQuote;

    public RecordFormat Format(int[] slotOfField, int slotCount) =>
        IsPlain
            ? new CsvFormat(Delimiter, Multiline, Quote != 0, slotOfField, slotCount)
            : new EscapedCsvFormat(this, slotOfField, slotCount);

    /// <summary>The fields of a record; null when it is broken.</summary>
    public string[]? Fields(ReadOnlySpan<byte> record) =>
        IsPlain ? CsvFormat.Fields(record, Delimiter, Multiline, Quote != 0) : EscapedCsvFormat.Fields(this, record);

    /// <summary>
    /// The first of , ; tab and | that divides all the records into the same number of fields, more than one, and most of them;
    /// this dialect when none does.
    /// </summary>
    public CsvDialect Sniff(ReadOnlySpan<byte> data, bool atEnd, int limit)
    {
        const int records = 50;
        var (best, most) = (this, 1);
        foreach (var delimiter in ",;\t|"u8)
        {
            var tried = this with { Delimiter = delimiter };
            var format = tried.Format([], 0);
            var rest = data;
            var count = 0;
            for (var n = 0; n < records && !rest.IsEmpty; n++)
            {
                var cut = format.Cut(rest, atEnd, limit);
                if (cut.Fault == RecordFault.NeedMore && count > 0)
                {
                    break;
                }

                var fields = cut.Fault != RecordFault.None || cut.Length == 0 ? null : tried.Fields(rest[..cut.Content]);
                if (fields is null || (count > 0 && cut.Content > 0 && fields.Length != count))
                {
                    count = 0;
                    break;
                }

                count = cut.Content > 0 ? fields.Length : count;
                rest = rest[cut.Length..];
            }

            if (count > most)
            {
                (best, most) = (tried, count);
            }
        }

        return best;
    }
}
