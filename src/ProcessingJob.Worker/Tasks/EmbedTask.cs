using ProcessingJob.Contract;
using ProcessingJob.Data;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker;

/// <summary>One vector per text (or window): column <c>embedding</c>.</summary>
sealed class EmbedTask : FeatureTask
{
    readonly Quantizer? _quantizer;

    public EmbedTask(JobSpec spec, ModelFolder model, int maxLength, ContainerPaths paths)
        : base(spec)
    {
        var precision = spec.Embed.Precision;
        Columns =
        [
            new OutputColumn(
                "embedding",
                precision switch
                {
                    EmbeddingPrecision.Float32 => ColumnKind.ListFloat,
                    EmbeddingPrecision.Float16 => ColumnKind.ListFloat16,
                    EmbeddingPrecision.Int8 or EmbeddingPrecision.Binary => ColumnKind.ListInt8,
                    _ => ColumnKind.ListUInt8,
                }
            ),
        ];
        if (precision is EmbeddingPrecision.Float32 or EmbeddingPrecision.Float16)
        {
            Encoding = TextEncoding(maxLength) with { AddSpecialTokens = !model.IsStatic };
            return;
        }
        var ranges = precision is EmbeddingPrecision.Int8 or EmbeddingPrecision.Uint8
            ? EmbeddingRanges.Load(paths.SideFile(spec.Embed.Ranges!))
            : null;
        _quantizer = Quantizer.Create(precision, spec.Embed.Dimensions ?? model.EmbeddingSize, ranges);
        Encoding = TextEncoding(maxLength) with { AddSpecialTokens = !model.IsStatic };
    }

    public override IReadOnlyList<OutputColumn> Columns { get; }

    public override EncodeOptions Encoding { get; }

    public override void Encode(RowBlock rows, int row, RowEncoder encoder, EncodingBuffer into) => encoder.Encode(rows.Text(row), into);

    public override void Write(WindowItem window, int call, int first, int count, ColumnBlock into)
    {
        var embedding = window.Results!.Row(first);
        switch (Spec.Embed.Precision)
        {
            case EmbeddingPrecision.Float32 or EmbeddingPrecision.Float16:
                into.Get<ListColumn<float>>("embedding").Append(embedding);
                break;
            case EmbeddingPrecision.Int8 or EmbeddingPrecision.Binary:
                Span<sbyte> signed = stackalloc sbyte[_quantizer!.StoredValues];
                _quantizer.Quantize(embedding, signed);
                into.Get<ListColumn<sbyte>>("embedding").Append(signed);
                break;
            default:
                Span<byte> unsigned = stackalloc byte[_quantizer!.StoredValues];
                _quantizer.Quantize(embedding, unsigned);
                into.Get<ListColumn<byte>>("embedding").Append(unsigned);
                break;
        }
    }
}
