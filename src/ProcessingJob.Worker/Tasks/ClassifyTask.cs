using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>
/// Sequence classification of texts or of pairs (cross-encoders): columns <c>label</c> and <c>score</c>, or the lists <c>labels</c> and
/// <c>scores</c>, best first, when top_k is above 1.
/// </summary>
sealed class ClassifyTask : FeatureTask
{
    readonly IReadOnlyList<string> _labels;
    readonly ScoreFunction _function;

    /// <summary>Of a CrossEncoder by its own files, unless the job asks for another.</summary>
    readonly TorchActivation? _activation;
    readonly bool _isList;

    public ClassifyTask(TaskParts parts)
        : base(parts)
    {
        var model = parts.Model!;
        (_labels, _isList) = (model.Labels, Spec.Classify.TopK > 1);
        _function = ClassScores.Resolve(Spec.Classify.Activation, model.ProblemType, model.Labels.Count);
        _activation = Spec.Classify.Activation == ScoreFunction.Auto ? model.Activation : null;
        Encoding = TextEncoding();
    }

    public override string Activation => _activation?.ToString().ToLowerInvariant() ?? Names.Of(_function);

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
        var logits = results!.Row(first);
        var scores = logits.Length <= 1024 ? stackalloc float[logits.Length] : new float[logits.Length];
        if (_activation is { } activation)
        {
            ClassScores.Apply(activation, logits, scores);
        }
        else
        {
            ClassScores.Apply(_function, logits, scores);
        }

        var wanted = Math.Min(Spec.Classify.TopK, scores.Length);
        var best = wanted <= 256 ? stackalloc ClassScore[wanted] : new ClassScore[wanted];
        best = best[..ClassScores.Top(scores, best)];
        if (!_isList)
        {
            into.Get<StringColumn>("label").Append(_labels[best[0].Label]);
            into.Get<ValueColumn<float>>("score").Append(best[0].Score);
            return;
        }
        var labels = into.Get<StructListColumn>("labels");
        for (var i = 0; i < best.Length; i++)
        {
            ((StringColumn)labels.Fields[0]).Append(_labels[best[i].Label]);
            scores[i] = best[i].Score;
        }
        labels.EndRow();
        into.Get<ListColumn<float>>("scores").Append(scores[..best.Length]);
    }
}
