using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Data.Reading;

/// <summary>The table of readers: a new input format is a line here, one in <see cref="InputFormats"/>, and its reader's file.</summary>
static class InputReaders
{
    static readonly CsvInput Csv = new((byte)',', multiline: true);
    static readonly CsvInput Tsv = new((byte)'\t', multiline: false);
    static readonly JsonlInput Jsonl = new();
    static readonly ParquetInput Parquet = new();
    static readonly ArrowInput Arrow = new();
    static readonly TextInput Text = new();

    /// <param name="format">Any but auto, which is no format.</param>
    public static InputReader Of(InputFormat format) =>
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
