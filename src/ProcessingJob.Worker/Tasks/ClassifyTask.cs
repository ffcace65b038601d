using ProcessingJob.Contract;
using ProcessingJob.Data;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker;

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
    readonly bool _isPair,
        _isList;

    public ClassifyTask(JobSpec spec, ModelFolder model, int maxLength)
        : base(spec)
    {
        (_labels, _isPair, _isList) = (model.Labels, spec.Input.TextPair is not null, spec.Classify.TopK > 1);
        _function = ClassScores.Resolve(spec.Classify.Function, model.ProblemType, model.Labels.Count);
        _activation = spec.Classify.Function == ScoreFunction.Auto ? model.Activation : null;
        Encoding = TextEncoding(maxLength);
        Columns = _isList
            ? [new("labels", ColumnKind.ListString), new("scores", ColumnKind.ListFloat)]
            : [new("label", ColumnKind.String), new("score", ColumnKind.Float)];
    }

    public override IReadOnlyList<OutputColumn> Columns { get; }

    /// <summary>Name of what turns logits into scores.</summary>
    public string Activation => _activation?.ToString().ToLowerInvariant() ?? Names.Of(_function);

    public override EncodeOptions Encoding { get; }

    public override void Encode(RowBlock rows, int row, RowEncoder encoder, EncodingBuffer into)
    {
        if (_isPair)
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
        var logits = window.Results!.Row(first);
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
