using System.Text.RegularExpressions;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Container;

/// <summary>Which SageMaker instance types have NVIDIA GPUs. Their names tell, so that types newer than any table are known too.</summary>
public static partial class GpuTypes
{
    /// <summary>Types whose hosts are known to have a driver for CUDA 13, for messages.</summary>
    public const string Suitable = "ml.g6, ml.g6e or ml.p5";

    /// <summary>
    /// True for the families g and p: ml.g4dn, ml.g5, ml.g6e, ml.p5 (https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html).
    /// </summary>
    public static bool HasGpu(string? instanceType) => instanceType is not null && Pattern().IsMatch(instanceType);

    /// <summary>Why a job would leave GPUs idle, and what to do; null: it uses them.</summary>
    public static string? Unused(JobSpec spec) =>
        !TaskTable.Of(spec.Task).RunsModel
            ? $"task {Names.Of(spec.Task)} runs no model: they would be paid for nothing; fix: take an instance type without "
                + "GPUs, such as ml.c6i.2xlarge"
        : spec.Compute.Device == DeviceKind.Cpu
            ? "compute.device is cpu: they would be paid for nothing; fix: take an instance type without GPUs, such as "
                + "ml.c6i.2xlarge, or device: auto"
        : null;

    [GeneratedRegex(@"^ml\.[gp]\d")]
    private static partial Regex Pattern();
}
