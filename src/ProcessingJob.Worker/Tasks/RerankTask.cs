using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>A cross-encoder's score of a query and a document: column <c>score</c>.</summary>
sealed class RerankTask : FeatureTask
{
    readonly TorchActivation _activation;

    public RerankTask(TaskParts parts)
        : base(parts)
    {
        _activation = Spec.Rerank.Activation switch
        {
            RerankActivation.Auto => parts.Model!.Sentence!.Activation,
            RerankActivation.None => TorchActivation.Identity,
            RerankActivation.Sigmoid => TorchActivation.Sigmoid,
        };
        Encoding = TextEncoding();
    }

    public override string Activation => _activation.ToString().ToLowerInvariant();

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
        Span<float> score = [0];
        ClassScores.Apply(_activation, results!.Row(first), score);
        into.Get<ValueColumn<float>>("score").Append(score[0]);
    }
}
