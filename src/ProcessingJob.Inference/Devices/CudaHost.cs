using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Inference.Devices;

/// <summary>What a machine has for CUDA: found out by asking, without judging.</summary>
sealed partial record CudaHost
{
    /// <summary>
    /// What libonnxruntime_providers_cuda.so of ONNX Runtime 1.31 is linked against, the driver apart; cuDNN and cuFFT are opened only by
    /// operators that use them (readelf -d).
    /// </summary>
    static readonly string[] Libraries = ["libcudart.so.13", "libcublasLt.so.13", "libcublas.so.13", "libcurand.so.10"];

    const int ComputeCapabilityMajor = 75;
    const int ComputeCapabilityMinor = 76;

    /// <summary>False: this is the CPU build of ONNX Runtime.</summary>
    public required bool ProviderInBuild { get; init; }

    /// <summary>Version of the host's kernel driver; null: none is seen.</summary>
    public string? Driver { get; init; }

    /// <summary>Whether libcuda.so.1, the driver's library, can be opened.</summary>
    public bool Library { get; init; }

    /// <summary>CUDA version of the library, as in 13000; 0: it does not say.</summary>
    public int Version { get; init; }

    /// <summary>What the driver answers to cuInit, a CUresult; 0: success.</summary>
    public int Error { get; init; }
    public IReadOnlyList<GpuDevice> Gpus { get; init; } = [];

    /// <summary>Libraries of CUDA 13 that cannot be opened.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Why ONNX Runtime cannot load its provider; null: it can.</summary>
    public string? ProviderFault { get; init; }

    public string CudaVersion => $"{Version / 1000}.{Version % 1000 / 10}";

    public GpuFacts ToFacts() =>
        new()
        {
            Driver = Driver,
            Cuda = CudaVersion,
            Devices = Gpus,
        };

    /// <summary>Asks this machine. What comes after a fault is not asked: it could only fail for the same reason.</summary>
    public static CudaHost Look()
    {
        OrtRuntime.Start();
        var host = LookAtDriver("libcuda.so.1", Environment.GetEnvironmentVariable("NVIDIA_VERSION_FILE")) with
        {
            ProviderInBuild = OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider.ProviderName),
        };
        if (!host.ProviderInBuild || CudaCheck.Fault(host) is not null)
        {
            return host;
        }

        host = host with { Missing = [.. Libraries.Where(name => !NativeLibrary.TryLoad(name, out _))] };
        return host.Missing.Count > 0 ? host : host with { ProviderFault = TryProvider() };
    }

    /// <param name="library">Name or path of the driver's library.</param>
    /// <param name="versionFile">Where the kernel driver tells its version; null: NVIDIA's own place.</param>
    public static CudaHost LookAtDriver(string library, string? versionFile)
    {
        var host = new CudaHost { ProviderInBuild = true, Driver = ReadDriver(versionFile ?? "/proc/driver/nvidia/version") };
        return NativeLibrary.TryLoad(library, out var handle) ? Ask(host with { Library = true }, handle) : host;
    }

    // "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  …" or "… Open Kernel Module for x86_64  570.86.15  …"
    static string? ReadDriver(string file)
    {
        try
        {
            var line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith("NVRM version:", StringComparison.Ordinal));
            return line is not null && DriverPattern().Match(line) is { Success: true } match ? match.Value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The driver API: https://docs.nvidia.com/cuda/cuda-driver-api/
    static unsafe CudaHost Ask(CudaHost host, nint library)
    {
        int version;
        if (Function(library, "cuDriverGetVersion") is var getVersion && getVersion != 0 && Call(getVersion, &version) == 0)
        {
            host = host with { Version = version };
        }

        var init = (delegate* unmanaged<uint, int>)Function(library, "cuInit");
        host = host with { Error = init is null ? NotFound : init(0) };
        int count;
        if (host.Error != 0)
        {
            return host;
        }

        var error = Call(Function(library, "cuDeviceGetCount"), &count);
        if (error != 0)
        {
            return host with { Error = error };
        }

        var gpus = new List<GpuDevice>();
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            gpus.Add(AskDevice(library, ordinal));
        }

        return host with
        {
            Gpus = gpus,
        };
    }

    static unsafe GpuDevice AskDevice(nint library, int ordinal)
    {
        var get = (delegate* unmanaged<int*, int, int>)Function(library, "cuDeviceGet");
        var getName = (delegate* unmanaged<byte*, int, int, int>)Function(library, "cuDeviceGetName");
        var getAttribute = (delegate* unmanaged<int*, int, int, int>)Function(library, "cuDeviceGetAttribute");
        var getMemory = (delegate* unmanaged<nuint*, int, int>)Function(library, "cuDeviceTotalMem_v2");
        if (get is null || getName is null || getAttribute is null || getMemory is null)
        {
            return new GpuDevice("?", "0.0", 0);
        }

        var (device, major, minor, memory) = (0, 0, 0, (nuint)0);
        var name = stackalloc byte[256];
        name[0] = 0;
        _ = get(&device, ordinal);
        _ = getName(name, 256, device);
        _ = getAttribute(&major, ComputeCapabilityMajor, device);
        _ = getAttribute(&minor, ComputeCapabilityMinor, device);
        _ = getMemory(&memory, device);
        return new GpuDevice(Marshal.PtrToStringUTF8((nint)name) ?? "?", $"{major}.{minor}", (long)memory);
    }

    /// <summary>CUDA_ERROR_NOT_FOUND: the library lacks the function.</summary>
    const int NotFound = 500;

    static nint Function(nint library, string name) => NativeLibrary.TryGetExport(library, name, out var address) ? address : 0;

    static unsafe int Call(nint function, int* result) => function == 0 ? NotFound : ((delegate* unmanaged<int*, int>)function)(result);

    static string? TryProvider()
    {
        try
        {
            using var options = new SessionOptions();
            CudaProvider.Profile.Append(options, 0);
            return null;
        }
        catch (OnnxRuntimeException e)
        {
            return OrtFailures.OneLine(e);
        }
    }

    [GeneratedRegex(@"\b[0-9]{3,}\.[0-9.]*[0-9]")]
    private static partial Regex DriverPattern();
}
