using System.Globalization;
using ProcessingJob.Contract.Container;

namespace ProcessingJob.Inference.Devices;

/// <summary>Why a machine's GPUs cannot be used, told so that its owner knows what to change.</summary>
static class CudaCheck
{
    /// <summary>CUDA 13 runs natively from this driver on (https://docs.nvidia.com/deploy/cuda-compatibility/).</summary>
    public const int NativeDriver = 580;

    /// <summary>Its forward-compatibility libraries start here (NVIDIA_REQUIRE_CUDA of the images nvidia/cuda:13.0).</summary>
    public const int OldestDriver = 535;

    const int Cuda13 = 13_000;

    /// <summary>CUDA_ERROR_NO_DEVICE.</summary>
    const int NoDevice = 100;

    /// <summary>What the provider has machine code for; it has no PTX that could be compiled for others (ONNX Runtime 1.31).</summary>
    static readonly string[] Architectures = ["7.5", "8.0", "8.6", "8.9", "9.0", "12.0"];

    /// <summary>The whole message: what was found, what is needed, what to do. Null: all is well.</summary>
    public static string? Fault(CudaHost host) =>
        FaultOf(host) is not var (what, cure) ? null
        : host.ProviderInBuild ? $"{what}; driver found: {DriverOf(host)}, needed: {Needed}; fix: {cure}"
        : $"{what}; fix: {cure}";

    /// <summary>The fault alone, for a log line about a machine that need not have a GPU.</summary>
    public static string? Reason(CudaHost host) => FaultOf(host)?.What;

    /// <summary>Whether there is a GPU that does not work, and not simply none.</summary>
    public static bool IsBroken(CudaHost host) =>
        host is { ProviderInBuild: true, Library: true, Error: not NoDevice } && !(host.Error == 0 && host.Gpus.Count == 0);

    public static string Needed =>
        $"{NativeDriver} or newer, or {OldestDriver} to {NativeDriver - 1} with the image's forward-compatibility libraries";

    static string DriverOf(CudaHost host) =>
        (host.Driver ?? (host.Library ? "unknown" : "none")) + (host.Version > 0 ? $" (CUDA {host.CudaVersion})" : "");

    static (string What, string Cure)? FaultOf(CudaHost host) =>
        !host.ProviderInBuild
            ? ("this is the worker's CPU build, which has no CUDA provider", "use the image that scripts/publish-image.sh cuda builds")
        : MajorOf(host.Driver) is { } major && major < OldestDriver
            ? ("the host's NVIDIA driver is too old for CUDA 13", $"take a type whose hosts have a newer one ({GpuTypes.Suitable})")
        : !host.Library
            ? (
                "there is no NVIDIA driver here (libcuda.so.1 cannot be opened)",
                $"take an instance type with GPUs ({GpuTypes.Suitable}), and outside SageMaker start the container with the "
                    + "NVIDIA runtime (--gpus all)"
            )
        : host.Error != 0 ? ErrorOf(host)
        : host.Version is > 0 and < Cuda13
            ? (
                $"the driver's library is of CUDA {host.CudaVersion}, expected {Cuda13 / 1000}.0 or newer",
                "start the image by its own entrypoint, which puts the forward-compatibility libraries first, or take a type "
                    + $"with a newer driver ({GpuTypes.Suitable})"
            )
        : host.Gpus.Count == 0 ? NoGpu
        : host.Gpus.FirstOrDefault(g => !Architectures.Contains(g.ComputeCapability)) is { } gpu
            ? (
                $"{gpu.Name} has compute capability {gpu.ComputeCapability}, for which this build of ONNX Runtime has no code (it "
                    + $"has {string.Join(", ", Architectures)})",
                $"take another instance type ({GpuTypes.Suitable})"
            )
        : host.Missing.Count > 0
            ? (
                $"libraries of CUDA 13 are missing: {string.Join(", ", host.Missing)}",
                "use the image that scripts/publish-image.sh cuda builds, or install them and name their folder in LD_LIBRARY_PATH"
            )
        : host.ProviderFault is { } fault
            ? (
                $"ONNX Runtime cannot load its CUDA provider: {fault.TrimEnd('.')}",
                "use the image that scripts/publish-image.sh cuda builds, unchanged"
            )
        : null;

    static (string What, string Cure) NoGpu =>
        (
            "the NVIDIA driver shows no GPU"
                + (
                    Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES") is { } visible
                        ? $" (CUDA_VISIBLE_DEVICES is \"{visible}\")"
                        : ""
                ),
            $"take an instance type with GPUs ({GpuTypes.Suitable}), or correct CUDA_VISIBLE_DEVICES"
        );

    // https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TYPES.html, CUresult
    static (string What, string Cure) ErrorOf(CudaHost host) =>
        host.Error switch
        {
            NoDevice => NoGpu,
            803 => (
                "CUDA error 803 (system driver mismatch): the CUDA libraries in the container do not fit the host's kernel driver",
                "start the image by its own entrypoint and leave LD_LIBRARY_PATH alone, or take a type with a newer driver "
                    + $"({GpuTypes.Suitable})"
            ),
            804 => (
                "CUDA error 804: this GPU cannot use forward-compatibility libraries, which are for data-center GPUs",
                $"install driver {NativeDriver} or newer, or take a type whose hosts have it ({GpuTypes.Suitable})"
            ),
            var error => (
                $"the NVIDIA driver answers with CUDA error {error}",
                $"run the job again, which gives other hosts, or take another instance type ({GpuTypes.Suitable})"
            ),
        };

    static int? MajorOf(string? driver) =>
        driver is not null && int.TryParse(driver.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            ? major
            : null;
}
