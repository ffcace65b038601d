using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>The table of readers: a new input format is a line here, one in <see cref="InputFormats"/>, and its reader's file.</summary>
public static class InputReaders
{
    static readonly CsvInput Csv = new((byte)',', multiline: true);
    static readonly CsvInput Tsv = new((byte)'\t', multiline: false);
    static readonly JsonlInput Jsonl = new();
    static readonly ParquetInput Parquet = new();
    static readonly ArrowInput Arrow = new();
    static readonly TextInput Text = new();

    /// <summary>Whether a file's first bytes are those of gz or zst, whatever its name.</summary>
    public static async ValueTask<bool> IsCompressedAsync(IByteSource source, CancellationToken cancellationToken = default) =>
        await Decompression.DetectAsync(source, cancellationToken).ConfigureAwait(false) != CompressionKind.None;

    /// <param name="format">Any but auto, which is no format.</param>
    internal static InputReader Of(InputFormat format) =>
        format switch
        {
            InputFormat.Csv => Csv,
            InputFormat.Tsv => Tsv,
            InputFormat.Jsonl => Jsonl,
            InputFormat.Parquet => Parquet,
            InputFormat.Arrow => Arrow,
            InputFormat.Text => Text,
            InputFormat.Auto => throw new ArgumentOutOfRangeException(nameof(format), format, "auto must be resolved before"),
        };
}
