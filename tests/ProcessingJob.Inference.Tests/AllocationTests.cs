using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>Alone, because other tests allocate too.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Fact]
    public async Task RunAsync_SteadyState_AllocatesNextToNothingPerRow()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        using var engine = InferenceEngine.Create(model, new EngineOptions { Device = DeviceKind.Cpu, Threads = 1 });
        var block = Blocks.Random(1, Blocks.Lengths(1, 1000));
        for (var i = 0; i < 3; i++)
        {
            (await engine.RunAsync(block, default)).Dispose();
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 5; i++)
        {
            (await engine.RunAsync(block, default)).Dispose();
        }

        var perRow = (GC.GetTotalAllocatedBytes(precise: true) - before) / 5000.0;
        // ONNX Runtime's managed binding allocates per batch (names, handles); nothing here does per row.
        Assert.InRange(perRow, 0, 64);
    }
}
