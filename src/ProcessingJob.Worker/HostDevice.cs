using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Worker;

/// <summary>
/// What this host is, held against the device that the spec asks for, before anything is loaded: a host with GPUs computes on them, or
/// the job fails at once. Nobody shall pay for a GPU that idles.
/// </summary>
/// <param name="Kind">The device to compute on; Auto: what there is.</param>
/// <param name="Gpu">The driver and the GPUs; null: none is used.</param>
sealed record HostDevice(DeviceKind Kind, GpuFacts? Gpu)
{
    /// <exception cref="PJobException">BadSpec: the type has GPUs that the job would not use. Model: they cannot be used.</exception>
    public static HostDevice Check(JobSpec spec, string? instanceType, int gpus, Func<DeviceKind, GpuFacts?> find)
    {
        var runsModel = TaskTable.Of(spec.Task).RunsModel;
        if (gpus == 0 && !GpuTypes.HasGpu(instanceType))
        {
            return new(spec.Compute.Device, runsModel ? find(spec.Compute.Device) : null);
        }

        var host = instanceType ?? $"this host (SM_NUM_GPUS is {gpus})";
        if (GpuTypes.Unused(spec) is { } why)
        {
            throw new PJobException($"{host} has GPUs, but {why}", ExitCode.BadSpec);
        }

        try
        {
            return new(DeviceKind.Cuda, find(DeviceKind.Cuda));
        }
        catch (PJobException e)
        {
            throw new PJobException($"{host} has GPUs: {e.Message}", e.ExitCode, e);
        }
    }

    /// <summary>SageMaker's name of this host's type, null where it is not told, and its GPUs as far as a variable tells.</summary>
    public static (string? InstanceType, int Gpus) Of(ResourceConfig hosts, ContainerPaths paths) =>
        Of(hosts, ProcessingJobConfig.Read(paths.ProcessingJobConfigFile), Environment.GetEnvironmentVariable);

    /// <summary>The type as the service's files tell it, or as the variables of its training toolkit do.</summary>
    public static (string? InstanceType, int Gpus) Of(ResourceConfig hosts, ProcessingJobConfig job, Func<string, string?> variable) =>
        (
            hosts.InstanceType ?? job.InstanceType ?? (variable("SM_CURRENT_INSTANCE_TYPE") is { Length: > 0 } type ? type : null),
            int.TryParse(variable("SM_NUM_GPUS"), out var gpus) ? gpus : 0
        );
}
