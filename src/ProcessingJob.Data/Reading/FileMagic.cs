using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Data.Reading;

/// <summary>Files that are no text, whatever their names say, told by their first bytes: so they are not called damaged text.</summary>
static class FileMagic
{
    /// <exception cref="PJobException">The bytes begin a file of another kind.</exception>
    public static void Refuse(string file, ReadOnlySpan<byte> data)
    {
        if (FormatOf(data) is { } format)
        {
            throw new PJobException($"{file}: found a file of {Names.Of(format)}; fix: set input.format: {Names.Of(format)}, or rename it");
        }

        if (Other(data) is { } what)
        {
            throw new PJobException($"{file}: not supported: found {what}");
        }
    }

    static InputFormat? FormatOf(ReadOnlySpan<byte> data) =>
        data.StartsWith("PAR1"u8) && data is [_, _, _, _, < 0x20, ..] ? InputFormat.Parquet
        : data.StartsWith("ARROW1\0\0"u8) ? InputFormat.Arrow
        : null;

    static string? Other(ReadOnlySpan<byte> data) =>
        data.StartsWith("BZh"u8) && data.Length > 10 && data[4..].StartsWith("1AY&SY"u8)
            ? "bzip2; fix: decompress it (bunzip2), or compress it again with gzip or zstd"
        : data.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0])
            ? "xz; fix: decompress it (unxz), or compress it again with gzip or zstd"
        : data.StartsWith("PK\u0003\u0004"u8) ? "a zip archive or an Excel workbook; fix: unpack it (unzip), or save its sheet as CSV UTF-8"
        : data.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF]) ? "a 7z archive; fix: unpack it (7z x)"
        : data.StartsWith((ReadOnlySpan<byte>)[4, 0x22, 0x4D, 0x18])
            ? "an lz4 file; fix: decompress it (unlz4), or compress it again with gzip or zstd"
        : data.StartsWith("Obj\u0001"u8) ? "Avro; fix: write it as Parquet"
        : data.StartsWith("SQLite format 3\0"u8) ? "an SQLite database; fix: export the table"
        : data.StartsWith("%PDF-"u8) ? "a PDF; fix: extract its text"
        : null;
}
