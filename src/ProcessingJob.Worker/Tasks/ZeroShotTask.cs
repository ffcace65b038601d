using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Contract.Values;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>
/// Classification by candidates of the user's own (zero-shot): a model of entailment judges the text with a sentence about each. Columns
/// <c>labels</c> and <c>scores</c>, best first, all candidates. As in transformers' pipeline the text is cut and the sentence kept whole;
/// scores are the softmax of entailment over the candidates; with multi_label or a single candidate, of entailment against contradiction.
/// </summary>
sealed class ZeroShotTask : FeatureTask
{
    readonly ValueList<string> _candidates;
    readonly IReadOnlyList<string> _hypotheses;
    readonly bool _isEach;
    readonly Entailment _logits;

    /// <exception cref="PJobException">
    /// Model: its labels are no entailment's. BadSpec: a hypothesis leaves no room for the text.
    /// </exception>
    public ZeroShotTask(TaskParts parts)
        : base(parts)
    {
        var classify = Spec.Classify;
        _candidates = classify.Candidates;
        _hypotheses = classify.Hypotheses;
        QuestionRoom.CheckHypotheses(parts.Tokenizer, _hypotheses, parts.MaxLength);
        _isEach = classify.MultiLabel || _candidates.Count == 1;
        _logits = Entailment.Of(parts.Model!, _isEach);
        Encoding = TextEncoding() with { Truncation = Truncation.OnlyFirst };
    }

    public override string Activation => "softmax";

    public override EncodeOptions Encoding { get; }

    public override int CallsPerRow => _candidates.Count;

    public override bool EncodesPairs => true;

    public override bool Joins(int call, int later) => call / CallsPerRow == later / CallsPerRow;

    public override void Encode(RowBlock rows, int row, TextEncoder encoder, EncodingBuffer into) =>
        encoder.EncodeEach(rows.Text(row), _hypotheses, into);

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
        var scores = new float[count];
        for (var i = 0; i < count; i++)
        {
            var logits = results!.Row(first + i);
            Span<float> against = [logits[_logits.Contradicts], logits[_logits.Entails]];
            if (_isEach)
            {
                ClassScores.Apply(ScoreFunction.Softmax, against, against);
            }

            scores[i] = against[1];
        }

        if (!_isEach)
        {
            ClassScores.Apply(ScoreFunction.Softmax, scores, scores);
        }

        var best = new ClassScore[count];
        ClassScores.Top(scores, best);
        var labels = into.Get<StructListColumn>("labels");
        foreach (var one in best)
        {
            ((StringColumn)labels.Fields[0]).Append(_candidates[one.Label]);
        }

        labels.EndRow();
        into.Get<ListColumn<float>>("scores").Append([.. best.Select(b => b.Score)]);
    }
}
