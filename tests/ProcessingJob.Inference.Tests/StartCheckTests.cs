using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>The start on a GPU, on devices that are none.</summary>
public sealed class StartCheckTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, "a text's result depends on the other texts of its batch")]
    [InlineData(true, "the optimised graph is wrong on this device")]
    public void Run_ModelIsChecked_RunsTheGates(bool allowBatchDependent, string expected)
    {
        // Its rows are narrower than the graph's.
        var e = Assert.Throws<PJobException>(() => Run(new FakeDevice(), checkModel: true, allowBatchDependent));
        Assert.Contains(expected, e.Message);
    }

    [Fact]
    public void Run_ModelIsNotChecked_OnlyWarmsUp()
    {
        var device = new FakeDevice();
        Assert.Equal(new StartFindings(null, null), Run(device, checkModel: false));
        Assert.Equal((1, 256), (device.Batches, device.Largest));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_GpuIsLost_EndsAsOneThatIsLostLater(bool checkModel)
    {
        var device = new FakeDevice { BeforeRun = (_, _) => throw new DeviceLostException("CUDA error 719") };
        var e = Assert.Throws<PJobException>(() => Run(device, checkModel));
        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.Contains("failed and cannot be used any more: CUDA error 719", e.Message);
        Assert.IsType<DeviceLostException>(e.InnerException);
    }

    StartFindings Run(FakeDevice device, bool checkModel, bool allowBatchDependent = false)
    {
        var model = ModelFolder.Open(TinyModel.Write(_folder));
        var source = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, source, TaskKind.Embed, new EmbedOptions());
        using var graph = source.Open();
        return StartCheck.Run(
            model,
            graph,
            head,
            [device],
            new BatchRules(256, 64, FewShapes: false),
            new OrtSettings { Profile = DeviceProfile.Cpu with { CheckAtStart = true, Revives = false } },
            new EngineOptions { CheckModel = checkModel, AllowBatchDependent = allowBatchDependent }
        );
    }
}
