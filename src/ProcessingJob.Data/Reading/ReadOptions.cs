using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Contract.Values;

namespace ProcessingJob.Data.Reading;

/// <summary>What is read from a source file and within which bounds.</summary>
public sealed record ReadOptions
{
    public required InputSpec Input { get; init; }

    /// <summary>Columns that are texts: one entry per text, each a list of columns joined by "\n". Empty lists: the text format.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Texts { get; init; }

    /// <summary>Id (when the spec has one) and kept columns with their types, from the plan or <see cref="SchemaSampler"/>.</summary>
    public required IReadOnlyList<KeptColumn> Schema { get; init; }

    /// <summary>Shares of the splits, in their order; empty for none.</summary>
    public ValueMap<double> Split { get; init; } = [];

    /// <summary>A block ends after so many rows …</summary>
    public int RowsPerBlock { get; init; } = 1024;

    /// <summary>… or so many bytes of records.</summary>
    public int BytesPerBlock { get; init; } = 4 << 20;

    /// <summary>A longer record is rejected as record_too_large.</summary>
    public int MaxRecordBytes { get; init; } = 50 << 20;

    /// <summary>A compressed file that grows beyond this fails the unit.</summary>
    public long MaxDecompressedBytes { get; init; } = 1L << 40;

    /// <summary>… and so does one that grows by more than this factor, once it is past 64 MiB.</summary>
    public int MaxDecompressionRatio { get; init; } = 1000;

    /// <summary>For a look at a file: no columns are asked for.</summary>
    internal static ReadOptions Of(InputSpec input) =>
        new()
        {
            Input = input,
            Texts = [],
            Schema = [],
        };

    /// <summary>Texts and split as the spec says; <paramref name="schema"/> from the plan or <see cref="SchemaSampler"/>.</summary>
    public static ReadOptions From(JobSpec spec, IReadOnlyList<KeptColumn> schema) =>
        new()
        {
            Input = spec.Input,
            Texts = TextsOf(spec.Input),
            Schema = schema,
            Split = spec.Output.Split,
        };

    /// <summary>
    /// Question and/or context columns when the spec names them, else text and, when there is one, text_pair.
    /// With fixed questions only the context column is here.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<string>> TextsOf(InputSpec input)
    {
        string?[] pair = [input.Question, input.Context];
        if (pair.Any(c => c is not null))
        {
            return [.. pair.OfType<string>().Select(c => (string[])[c])];
        }

        return input.TextPair is { } second ? [input.Text, [second]] : [input.Text];
    }
}
