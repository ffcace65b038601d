using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Verification;
using ProcessingJob.Storage;
using ProcessingJob.Tokenization;
using Serilog;

namespace ProcessingJob.Worker;

/// <summary>compute.tune: measures token budgets on the first texts of the shard.</summary>
static class Tuning
{
    /// <returns>The fastest budget, or null when the first unit has no usable row.</returns>
    public static async Task<int?> MeasureAsync(
        JobSpec spec,
        IReadOnlyList<KeptColumn> schema,
        WorkUnit unit,
        IDataRoot data,
        ContainerPaths paths,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        using var model = LoadedModel.Load(spec, null, paths, log);
        var (folder, options) = model.Run!.Value;
        var reader = new RowReader(model.Blocks(ReadOptions.From(spec, schema)));
        var (encoder, texts) = (model.CreateEncoder(), new EncodingBuffer());
        await foreach (var rows in reader.ReadAsync(unit, data, cancellationToken))
        {
            using (rows)
            {
                for (var row = 0; row < rows.Count; row++)
                {
                    model.Task.Encode(rows, row, encoder, texts);
                }
            }
            break;
        }
        if (texts.Count == 0)
        {
            return null;
        }

        TuneResult? best = null;
        foreach (var result in ModelVerifier.Tune(folder, options, texts))
        {
            log.Information(
                "Tuning: {TokenBudget} tokens per batch: {TokensPerSecond:0} tokens/s, {Fill:0.000} of them real",
                result.TokenBudget,
                result.TokensPerSecond,
                result.Fill
            );
            if (best is null || result.TokensPerSecond > best.TokensPerSecond)
            {
                best = result;
            }
        }
        return best!.TokenBudget;
    }
}
