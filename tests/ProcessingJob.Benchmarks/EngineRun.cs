using ProcessingJob.Contract;
using ProcessingJob.Inference;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Benchmarks;

/// <summary>An engine that is given windows as the worker gives them.</summary>
sealed class EngineRun(string model, EngineOptions options) : IDisposable
{
    readonly Engine _engine = Engine.Create(ModelFolder.Open(model), options with { Device = DeviceKind.Cpu });

    public EngineStats Stats => _engine.Stats;

    public async Task<Measured> MeasureAsync(EncodingBuffer[] windows)
    {
        var (real, padded) = (Stats.RealTokens, Stats.PaddedTokens);
        var measured = await Machine.MeasureAsync(
            windows.Sum(w => (long)w.TokenCount),
            async () =>
            {
                var inFlight = new Queue<Task<WindowResult>>();
                foreach (var window in windows)
                {
                    inFlight.Enqueue(_engine.RunAsync(window, default));
                    if (inFlight.Count == _engine.WindowsInFlight)
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
