using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>The features of <c>encode_plus</c>, ready for training: input_ids, attention_mask and what else is asked for.</summary>
sealed class TokenizeTask : FeatureTask
{
    readonly int _padTo,
        _padId;
    readonly bool _types;

    public TokenizeTask(TaskParts parts)
        : base(parts)
    {
        (_types, _padId) = (parts.Tokenizer.HasTokenTypes, parts.Tokenizer.PadId);
        _padTo = Spec.Tokens.Padding == PaddingKind.MaxLength ? parts.MaxLength : 0;
        Encoding = TextEncoding() with { WithOffsets = Spec.Tokens.Offsets || Spec.Tokens.Overflow == Overflow.Window };
        OutputColumn[] types = _types ? [new("token_type_ids", ColumnKind.ListInt8)] : [];
        Columns = [.. base.Columns.Take(2), .. types, .. base.Columns.Skip(2)];
    }

    public override IReadOnlyList<OutputColumn> Columns { get; }

    public override EncodeOptions Encoding { get; }

    public override void Encode(RowBlock rows, int row, TextEncoder encoder, EncodingBuffer into) => EncodeTexts(rows, row, encoder, into);

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
        var length = encodings.Length(first);
        var padded = Math.Max(length, _padTo);
        var ids = padded <= 1024 ? stackalloc int[padded] : new int[padded];
        encodings.Ids(first).CopyTo(ids);
        ids[length..].Fill(_padId);
        into.Get<ListColumn<int>>("input_ids").Append(ids);

        var bytes = padded <= 1024 ? stackalloc sbyte[padded] : new sbyte[padded];
        bytes[..length].Fill(1);
        bytes[length..].Clear();
        into.Get<ListColumn<sbyte>>("attention_mask").Append(bytes);
        if (_types)
        {
            Append("token_type_ids", encodings.TypeIds(first), bytes, 0, into);
        }
        // Padding counts as special, as in Hugging Face's encodings.
        if (Spec.Tokens.SpecialTokensMask)
        {
            Append("special_tokens_mask", encodings.SpecialTokensMask(first), bytes, 1, into);
        }

        if (Spec.Tokens.Offsets)
        {
            var pairs = padded <= 1024 ? stackalloc int[2 * padded] : new int[2 * padded];
            pairs.Clear();
            var offsets = encodings.Offsets(first);
            for (var i = 0; i < offsets.Length; i++)
            {
                var shift = offsets[i].Sequence == 0 ? PromptLength : 0;
                (pairs[2 * i], pairs[2 * i + 1]) = (Math.Max(0, offsets[i].Start - shift), Math.Max(0, offsets[i].End - shift));
            }
            into.Get<ListColumn<int>>("offsets").Append(pairs);
        }
    }

    static void Append(string column, ReadOnlySpan<byte> values, Span<sbyte> scratch, sbyte padding, ColumnBlock into)
    {
        for (var i = 0; i < values.Length; i++)
        {
            scratch[i] = (sbyte)values[i];
        }

        scratch[values.Length..].Fill(padding);
        into.Get<ListColumn<sbyte>>(column).Append(scratch);
    }
}
