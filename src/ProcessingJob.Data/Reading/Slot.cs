namespace ProcessingJob.Data.Reading;

enum SlotKind : byte
{
    /// <summary>The record has no such column.</summary>
    Missing,
    Null,

    /// <summary>UTF-8 as it stands.</summary>
    Text,

    /// <summary>The inside of a quoted csv field that has doubled quotes.</summary>
    CsvQuoted,

    /// <summary>The inside of a JSON string without backslashes.</summary>
    JsonText,

    /// <summary>The inside of a JSON string with backslashes.</summary>
    JsonEscaped,

    /// <summary>A number; also NaN, Infinity and -Infinity, as Python writes them.</summary>
    JsonNumber,
    JsonBool,

    /// <summary>A JSON object or array, as it stands.</summary>
    JsonRaw,
}

/// <summary>Where a column's value lies in the bytes of its record.</summary>
readonly record struct Slot(int Start, int Length, SlotKind Kind)
{
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> record) => record.Slice(Start, Length);
}
