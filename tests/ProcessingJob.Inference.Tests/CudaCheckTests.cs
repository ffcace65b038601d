using System.Diagnostics;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>The start-up check against drivers that answer as they were compiled: libcuda.so.1 of a few lines of C.</summary>
public sealed class CudaCheckTests : IDisposable
{
    const string H100 = "-DMAJOR=9 -DMINOR=0 -DNAME=\"H100\"";

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "470.256.02",
        "-DINIT=803",
        "too old for CUDA 13; driver found: 470.256.02 (CUDA 13.0), needed: 580 or newer, or 535 to 579"
    )]
    [InlineData("534.99", "", "too old for CUDA 13; driver found: 534.99")]
    [InlineData("550.54.15", "-DINIT=803", "CUDA error 803 (system driver mismatch)")]
    [InlineData("550.54.15", "-DINIT=804", "CUDA error 804: this GPU cannot use forward-compatibility libraries")]
    [InlineData("580.65.06", "-DINIT=999", "CUDA error 999")]
    [InlineData("580.65.06", "-DINIT=100", "the NVIDIA driver shows no GPU")]
    [InlineData("580.65.06", "-DCOUNT=0", "the NVIDIA driver shows no GPU")]
    [InlineData("535.183.01", "-DVERSION=12020", "of CUDA 12.2, expected 13.0 or newer; driver found: 535.183.01 (CUDA 12.2)")]
    [InlineData(null, "-DVERSION=11040", "of CUDA 11.4, expected 13.0 or newer; driver found: unknown (CUDA 11.4)")]
    [InlineData("580.65.06", "-DMAJOR=7 -DMINOR=0", "compute capability 7.0, for which this build of ONNX Runtime has no code")]
    [InlineData("580.65.06", "-DMAJOR=10 -DMINOR=0", "compute capability 10.0")]
    public void Fault_DriverThatCannotBeUsed_SaysWhatWasFoundNeededAndWhatToDo(string? driver, string defines, string expected)
    {
        var host = Look(driver, defines);

        var fault = CudaCheck.Fault(host);

        Assert.Contains(expected, fault);
        Assert.Contains("driver found: ", fault);
        Assert.Contains("needed: 580 or newer", fault);
        Assert.Contains("; fix: ", fault);
        var e = Assert.Throws<PJobException>(() => DeviceCheck.Judge(DeviceKind.Cuda, host));
        Assert.Equal(ExitCode.Model, e.ExitCode);
    }

    [Theory]
    [InlineData(7, 5)]
    [InlineData(8, 0)]
    [InlineData(8, 6)]
    [InlineData(8, 9)]
    [InlineData(9, 0)]
    [InlineData(12, 0)]
    public void Fault_GpuThatTheProviderHasCodeFor_IsNone(int major, int minor)
    {
        var host = Look("580.65.06", $"-DMAJOR={major} -DMINOR={minor} -DCOUNT=4");

        Assert.Null(CudaCheck.Fault(host));
        var gpu = DeviceCheck.Judge(DeviceKind.Cuda, host)!;
        Assert.Equal($"driver 580.65.06, CUDA 13.0, 4 x Fake GPU ({major}.{minor}, 80.0 GiB)", gpu.ToString());
    }

    [Fact]
    public void Fault_CompatLibrariesOverAnOlderDriver_IsNone() => Assert.Null(CudaCheck.Fault(Look("535.183.01", H100)));

    [Fact]
    public void Fault_NoLibraryOfTheDriver_SaysSo()
    {
        var host = CudaHost.LookAtDriver(_folder["libcuda.so.1"], _folder["none"]);

        Assert.Contains("there is no NVIDIA driver here (libcuda.so.1 cannot be opened); driver found: none", CudaCheck.Fault(host));
        Assert.Null(DeviceCheck.Judge(DeviceKind.Auto, host));
    }

    [Fact]
    public void Fault_LibrariesAreMissing_NamesThem()
    {
        var host = Good() with { Missing = ["libcublasLt.so.13", "libcurand.so.10"] };

        Assert.Contains("libraries of CUDA 13 are missing: libcublasLt.so.13, libcurand.so.10; driver found: 580", CudaCheck.Fault(host));
    }

    [Fact]
    public void Fault_ProviderDoesNotLoad_GivesItsReason()
    {
        var host = Good() with { ProviderFault = "undefined symbol: cudaMallocHost." };

        Assert.Contains(
            "cannot load its CUDA provider: undefined symbol: cudaMallocHost; driver found: 580",
            Assert.Throws<PJobException>(() => DeviceCheck.Judge(DeviceKind.Cuda, host)).Message
        );
    }

    [Fact]
    public void Judge_CpuBuild_FailsForCudaAndIsTheCpuForAuto()
    {
        var host = Good() with { ProviderInBuild = false };

        var e = Assert.Throws<PJobException>(() => DeviceCheck.Judge(DeviceKind.Cuda, host));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("this is the worker's CPU build", e.Message);
        Assert.Null(DeviceCheck.Judge(DeviceKind.Auto, host));
    }

    [Theory]
    [InlineData(803, true)]
    [InlineData(804, true)]
    [InlineData(999, true)]
    [InlineData(100, false)]
    public void Judge_AutoWithAGpuThatDoesNotWork_IsNotTheCpu(int error, bool fails)
    {
        var host = Good() with { Error = error, Gpus = [] };

        if (fails)
        {
            var e = Assert.Throws<PJobException>(() => DeviceCheck.Judge(DeviceKind.Auto, host));
            Assert.Equal(ExitCode.Model, e.ExitCode);
            Assert.Contains("compute.device: cpu", e.Message);
        }
        else
        {
            Assert.Null(DeviceCheck.Judge(DeviceKind.Auto, host));
        }
    }

    [Fact]
    public void Within_DriverThatHangs_EndsAtTheLimit()
    {
        var library = Compile("-DHANG");
        var clock = Stopwatch.StartNew();

        var e = Assert.Throws<PJobException>(() =>
            DeviceCheck.Within(TimeSpan.FromMilliseconds(200), () => CudaHost.LookAtDriver(library, null))
        );

        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("has not answered", e.Message);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void WarmUp_OneTextDoesNotFit_EndsWithLengthAndMemory()
    {
        var device = new FakeDevice { BeforeRun = (_, b) => throw new DeviceMemoryException($"{b.Tokens} tokens are too many") };

        var e = Assert.Throws<PJobException>(() => WarmUp.Run(device, new ModelOutput.RowVectors(FakeDevice.Width), Rules));

        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("not enough memory for one text of 128 tokens", e.Message);
        Assert.Contains("it has 16.0 GiB", e.Message);
    }

    [Fact]
    public void WarmUp_OnlyTheLargestBatchDoesNotFit_IsLeftToTheHalving()
    {
        var device = new FakeDevice
        {
            BeforeRun = (_, b) =>
            {
                if (b.Rows > 1)
                {
                    throw new DeviceMemoryException("full");
                }
            },
        };

        Assert.False(WarmUp.Run(device, new ModelOutput.RowVectors(FakeDevice.Width), Rules));
        Assert.Equal(128, device.Largest);
    }

    static BatchRules Rules => new(512, 128, FewShapes: true);

    static CudaHost Good() =>
        new()
        {
            ProviderInBuild = true,
            Library = true,
            Driver = "580.65.06",
            Version = 13_000,
            Gpus = [new("H100", "9.0", 80L << 30)],
        };

    CudaHost Look(string? driver, string defines)
    {
        var file = driver is null
            ? _folder["none"]
            : _folder.Write("version", $"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {driver}  Release Build\nGCC version: gcc 12");
        return CudaHost.LookAtDriver(Compile(defines), file);
    }

    string Compile(string defines)
    {
        Assert.SkipWhen(Tool.Find("cc") is null || !OperatingSystem.IsLinux(), "no C compiler (cc): a driver cannot be pretended");
        var library = _folder["libcuda.so.1"];
        var start = new ProcessStartInfo("cc", ["-shared", "-fPIC", "-o", library, Repo.File("tests", "fake-cuda", "libcuda.c")]);
        foreach (var define in defines.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            start.ArgumentList.Add(define);
        }

        using var compiler = Process.Start(start)!;
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return library;
    }
}
