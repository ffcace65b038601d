using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Inference.Devices;

/// <summary>Finds out at the start, before anything is loaded, whether the device that was asked for is there.</summary>
public static class DeviceCheck
{
    /// <summary>A driver that has not answered by then is broken.</summary>
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    static readonly Lazy<CudaHost> Host = new(() => Within(AnswerLimit, CudaHost.Look));

    /// <summary>The driver and GPUs that will be used; null: the CPU.</summary>
    /// <param name="asked">Auto is the CPU only where there is no GPU at all.</param>
    /// <exception cref="PJobException">Model: GPUs are asked for, or there, and cannot be used.</exception>
    public static GpuFacts? Run(DeviceKind asked) => Judge(asked, asked == DeviceKind.Cpu ? null : Look());

    /// <summary>What this machine has; asked once.</summary>
    /// <exception cref="PJobException">Model: the driver hangs.</exception>
    internal static CudaHost Look() => Host.Value;

    internal static GpuFacts? Judge(DeviceKind asked, CudaHost? host)
    {
        if (host is null)
        {
            return null;
        }

        if (CudaCheck.Fault(host) is not { } fault)
        {
            return host.ToFacts();
        }

        return asked == DeviceKind.Cuda ? throw new PJobException($"compute.device is cuda, but {fault}", ExitCode.Model)
            : CudaCheck.IsBroken(host)
                ? throw new PJobException($"{fault}; or say compute.device: cpu where the CPU is meant", ExitCode.Model)
            : null;
    }

    /// <exception cref="PJobException">Model: it took longer.</exception>
    internal static CudaHost Within(TimeSpan limit, Func<CudaHost> look)
    {
        var asking = Task.Factory.StartNew(look, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return asking.Wait(limit)
            ? asking.GetAwaiter().GetResult()
            : throw new PJobException(
                $"the NVIDIA driver has not answered within {limit.TotalSeconds:0} s; driver found: one that hangs, needed: "
                    + $"{CudaCheck.Needed}; fix: run the job again, which gives other hosts, or take another instance type "
                    + $"({GpuTypes.Suitable})",
                ExitCode.Model
            );
    }
}
