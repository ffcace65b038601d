using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Benchmarks;

/// <summary>An engine that is given blocks as the worker gives them.</summary>
sealed class EngineRun(string model, EngineOptions options, ModelOptions? folder = null) : IDisposable
{
    readonly InferenceEngine _engine = InferenceEngine.Create(ModelFolder.Open(model, folder), options with { Device = DeviceKind.Cpu });

    public EngineStats Stats => _engine.Stats;

    public async Task<Measured> MeasureAsync(EncodingBuffer[] blocks)
    {
        var (real, padded) = (Stats.RealTokens, Stats.PaddedTokens);
        var measured = await Machine.MeasureAsync(
            blocks.Sum(w => (long)w.TokenCount),
            async () =>
            {
                var inFlight = new Queue<Task<BlockResult>>();
                foreach (var block in blocks)
                {
                    inFlight.Enqueue(_engine.RunAsync(block, default));
                    if (inFlight.Count == _engine.BlocksInFlight)
                    {
                        (await inFlight.Dequeue()).Dispose();
                    }
                }

                while (inFlight.TryDequeue(out var task))
                {
                    (await task).Dispose();
                }
            }
        );
        return measured with { Fill = (double)(Stats.RealTokens - real) / (Stats.PaddedTokens - padded) };
    }

    public void Dispose() => _engine.Dispose();
}
