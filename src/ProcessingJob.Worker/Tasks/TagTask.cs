using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>
/// Token classification: column <c>entities</c>, a list of label, score, start, end and text in the text's order. Start and end count code
/// points, as in Python. A text that is longer than the model is read in overlapping windows, unless tokens.overflow is reject.
/// </summary>
sealed class TagTask : FeatureTask
{
    readonly EntityFinder _entities;
    readonly CodePointText _text = new();

    /// <exception cref="PJobException">BadSpec: tag.labels names a label that the model does not have.</exception>
    public TagTask(TaskParts parts)
        : base(parts)
    {
        var labels = parts.Model!.Labels;
        TagLabels.Require(Spec.Tag, labels);
        var window = Spec.Tokens.Overflow != Overflow.Reject;
        Encoding = TextEncoding() with { Window = window, Stride = window ? Spec.Tokens.Stride : 0, WithOffsets = true };
        _entities = new(labels, Spec.Tag, new(parts.Tokenizer), Encoding.Stride);
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
        _text.Set(rows.Text(call));
        _entities.Clear();
        for (var i = first; i < first + count; i++)
        {
            _entities.Add(results!.Tokens(i), encodings.Ids(i), encodings.Offsets(i), encodings.SpecialTokensMask(i), _text);
        }

        var column = into.Get<StructListColumn>("entities");
        foreach (var entity in _entities.Find())
        {
            ((StringColumn)column.Fields[0]).Append(entity.Label);
            ((ValueColumn<float>)column.Fields[1]).Append(entity.Score);
            ((ValueColumn<int>)column.Fields[2]).Append(entity.Start);
            ((ValueColumn<int>)column.Fields[3]).Append(entity.End);
            ((StringColumn)column.Fields[4]).Append(_text.Cut(entity.Start, entity.End));
        }

        column.EndRow();
    }
}
