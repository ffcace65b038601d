using System.Diagnostics;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>Alone, because the process's memory is looked at.</summary>
[CollectionDefinition(nameof(DeviceMemoryTests), DisableParallelization = true)]
[Collection(nameof(DeviceMemoryTests))]
public sealed class DeviceMemoryTests
{
    [Fact]
    public void Run_PooledOnTheDeviceInManyShapes_KeepsNoOutputOfAShape()
    {
        const int length = 64,
            shapes = 300,
            rows = 1000;
        using var folder = new TempFolder();
        var model = ModelFolder.Open(TinyModel.Write(folder));
        var file = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, file, TaskKind.Embed, new EmbedOptions());
        var block = Blocks.Random(1, Enumerable.Repeat(length, rows), TinyModel.Vocabulary);
        using var device = new OrtDevice(
            model,
            file.Open(),
            head,
            new OrtSettings { Profile = DeviceProfile.Cpu },
            1,
            rows * length,
            readOnDevice: true
        );
        using var runner = device.CreateRunner();
        var (encodings, output) = (Enumerable.Range(0, rows).ToArray(), new float[rows * head.Output.Width]);
        Run(rows);
        var before = Memory();
        for (var shape = 1; shape <= shapes; shape++)
        {
            Run(rows - shape);
        }
        // Token embeddings of all shapes together: 260 MB.
        Assert.InRange(Memory() - before, long.MinValue, 60L << 20);

        void Run(int count) => runner.Run(new Batch(block, encodings.AsSpan(0, count), length), output);
    }

    static long Memory()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
