using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Worker.Tests;

public sealed class HostDeviceTests
{
    static readonly GpuFacts Gpu = new() { Driver = "580.65.06", Cuda = "13.0" };

    [Theory]
    [InlineData("ml.g5.xlarge", 0)]
    [InlineData("ml.p5.4xlarge", 0)]
    [InlineData(null, 4)]
    public void Check_TypeWithGpus_AutoIsCuda(string? type, int gpus)
    {
        var device = HostDevice.Check(new JobSpec(), type, gpus, asked => asked == DeviceKind.Cuda ? Gpu : null);

        Assert.Equal((DeviceKind.Cuda, Gpu), (device.Kind, device.Gpu));
    }

    [Fact]
    public void Check_TypeWithGpusThatDoNotWork_FailsAndNamesTheType()
    {
        var e = Assert.Throws<PJobException>(() =>
            HostDevice.Check(new JobSpec(), "ml.g5.xlarge", 0, _ => throw new PJobException("CUDA error 803", ExitCode.Model))
        );

        Assert.Equal((ExitCode.Model, "ml.g5.xlarge has GPUs: CUDA error 803"), (e.ExitCode, e.Message));
    }

    [Theory]
    [InlineData(TaskKind.Tokenize, DeviceKind.Auto, "runs no model")]
    [InlineData(TaskKind.Embed, DeviceKind.Cpu, "compute.device is cpu")]
    public void Check_TypeWithGpusThatTheJobWouldNotUse_IsRefused(TaskKind task, DeviceKind device, string expected)
    {
        var spec = new JobSpec
        {
            Task = task,
            Compute = new() { Device = device },
        };

        var e = Assert.Throws<PJobException>(() => HostDevice.Check(spec, "ml.g5.xlarge", 0, _ => Gpu));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains(expected, e.Message);
    }

    [Fact]
    public void Check_TypeWithoutGpus_IsWhatTheSpecSays()
    {
        var device = HostDevice.Check(new JobSpec(), "ml.m5.xlarge", 0, _ => null);

        Assert.Equal((DeviceKind.Auto, (GpuFacts?)null), (device.Kind, device.Gpu));
    }

    [Fact]
    public void Check_TokenizeWithoutGpus_AsksNoDriver() =>
        HostDevice.Check(new JobSpec { Task = TaskKind.Tokenize }, null, 0, _ => throw new InvalidOperationException("asked"));

    [Theory]
    [InlineData("ml.g5.xlarge", "ml.m5.large", null, "ml.g5.xlarge")]
    [InlineData(null, "ml.m5.large", "ml.g4dn.xlarge", "ml.m5.large")]
    [InlineData(null, null, "ml.g4dn.xlarge", "ml.g4dn.xlarge")]
    [InlineData(null, null, null, null)]
    public void Of_FilesAndVariables_TheFilesCountFirst(string? resource, string? job, string? variable, string? expected)
    {
        var none = new Dictionary<string, string>();

        var (type, gpus) = HostDevice.Of(
            ResourceConfig.SingleHost with
            {
                InstanceType = resource,
            },
            new ProcessingJobConfig(null, null, none, none, none, job),
            name => name == "SM_NUM_GPUS" ? "2" : variable
        );

        Assert.Equal((expected, 2), (type, gpus));
    }
}
