using ProcessingJob.Contract;
using ProcessingJob.Data;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker;

/// <summary>The features of <c>encode_plus</c>, ready for training: input_ids, attention_mask and what else is asked for.</summary>
sealed class TokenizeTask : FeatureTask
{
    readonly int _padTo,
        _padId;
    readonly bool _types,
        _pair;

    public TokenizeTask(JobSpec spec, Tokenizer tokenizer, int maxLength)
        : base(spec)
    {
        (_types, _padId, _pair) = (tokenizer.HasTokenTypes, tokenizer.PadId, spec.Input.TextPair is not null);
        _padTo = spec.Tokens.Padding == PaddingKind.MaxLength ? maxLength : 0;
        Encoding = TextEncoding(maxLength) with { WithOffsets = spec.Tokens.Offsets || spec.Tokens.Overflow == Overflow.Window };
        var columns = new List<OutputColumn> { new("input_ids", ColumnKind.ListInt32), new("attention_mask", ColumnKind.ListInt8) };
        if (_types)
        {
            columns.Add(new("token_type_ids", ColumnKind.ListInt8));
        }

        if (spec.Tokens.SpecialTokensMask)
        {
            columns.Add(new("special_tokens_mask", ColumnKind.ListInt8));
        }

        if (spec.Tokens.Offsets)
        {
            columns.Add(new("offsets", ColumnKind.ListInt32));
        }

        Columns = columns;
    }

    public override IReadOnlyList<OutputColumn> Columns { get; }

    public override EncodeOptions Encoding { get; }

    public override void Encode(RowBlock rows, int row, RowEncoder encoder, EncodingBuffer into)
    {
        if (_pair)
        {
            encoder.Encode(rows.Text(row), rows.Text(row, 1), into);
        }
        else
        {
            encoder.Encode(rows.Text(row), into);
        }
    }

    public override void Write(WindowItem window, int call, int first, int count, ColumnBlock into)
    {
        var encodings = window.Encodings;
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
