using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>One vector per text (or window): column <c>embedding</c>.</summary>
sealed class EmbedTask : FeatureTask
{
    readonly Quantizer? _quantizer;

    public EmbedTask(TaskParts parts)
        : base(parts)
    {
        var precision = Spec.Embed.Precision;
        Encoding = TextEncoding() with { AddSpecialTokens = !parts.Model!.IsStatic };
        if (precision is EmbeddingPrecision.Float32 or EmbeddingPrecision.Float16)
        {
            return;
        }

        var ranges = precision is EmbeddingPrecision.Int8 or EmbeddingPrecision.Uint8
            ? EmbeddingRanges.Load(parts.Paths.SideFile(Spec.Embed.Ranges!))
            : null;
        _quantizer = Quantizer.Create(precision, Spec.Embed.Dimensions ?? parts.Model.EmbeddingSize, ranges);
    }

    /// <summary>Dimensions that embeddings must have to be quantized; null: they are not.</summary>
    public int? QuantizedSize => _quantizer?.Dimensions;

    public override EncodeOptions Encoding { get; }

    public override void Encode(RowBlock rows, int row, TextEncoder encoder, EncodingBuffer into) => encoder.Encode(rows.Text(row), into);

    public override void Write(
        RowBlock rows,
        EncodingBuffer encodings,
        BlockResult? results,
        int call,
        int first,
        int count,
        ColumnBlock into
    )
    {
        var embedding = results!.Row(first);
        switch (into.Get<Column>("embedding"))
        {
            case ListColumn<float> floats:
                floats.Append(embedding);
                break;
            case ListColumn<sbyte> signed:
                Span<sbyte> signedValues = stackalloc sbyte[_quantizer!.StoredValues];
                _quantizer.Quantize(embedding, signedValues);
                signed.Append(signedValues);
                break;
            case ListColumn<byte> unsigned:
                Span<byte> unsignedValues = stackalloc byte[_quantizer!.StoredValues];
                _quantizer.Quantize(embedding, unsignedValues);
                unsigned.Append(unsignedValues);
                break;
        }
    }
}
