using ProcessingJob.Inference.Engine;
using ProcessingJob.Worker.Stages;

namespace ProcessingJob.Worker.Observability;

/// <summary>Where the metrics of a run are read.</summary>
/// <param name="Totals">What is done.</param>
/// <param name="Pipeline">Its units.</param>
/// <param name="Stats">What the devices have done; null without a model.</param>
/// <param name="Repeats">Requests to S3 that were tried again.</param>
sealed record RunNumbers(RunTotals Totals, Pipeline Pipeline, Func<EngineStats>? Stats, Func<long> Repeats)
{
    static readonly EngineStats None = new();

    public EngineStats Engine => Stats?.Invoke() ?? None;
}
