using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>A vector for every token that is scored: column <c>embeddings</c>, a list of vectors in the text's order.</summary>
sealed class MultivectorTask : FeatureTask
{
    readonly TokenMask _mask;

    public MultivectorTask(TaskParts parts)
        : base(parts)
    {
        _mask = TokenMask.Of((MultivectorRoute)parts.Model!.Work!, parts.Tokenizer, Spec.Embed.Role);
        Encoding = TextEncoding();
    }

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
        var vectors = results!.Tokens(first);
        var ids = encodings.Ids(first);
        var width = vectors.Length / ids.Length;
        var column = into.Get<ItemsColumn>("embeddings");
        var items = (ItemsColumn)column.Items;
        for (var t = 0; t < ids.Length; t++)
        {
            if (_mask.Keeps(ids[t], isFill: t >= encodings.Attended(first)))
            {
                ((ValueColumn<float>)items.Items).Append(vectors.Slice(t * width, width));
                items.EndRow();
            }
        }

        column.EndRow();
    }
}
