using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Cost;
using ProcessingJob.Launcher.Planning;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>What can be known to go wrong before a job is paid for.</summary>
static class Preflight
{
    const double Gb = 1e9;

    /// <summary>Room for the system, the image's own files and what is being written.</summary>
    const double SpareGb = 4;

    /// <summary>Some minutes of copying, on every host.</summary>
    const double CopyWorthAWord = 20 * Gb;

    /// <exception cref="PJobException">
    /// Exit code 2: it cannot work; the message says which key to change to what. 4: GPUs would be paid for and not used.
    /// </exception>
    public static void Check(RemoteJob job, JobPlan plan, string region)
    {
        var hosts = job.Spec.Compute.InstanceCount;
        var most = job.Spec.Input.Sharding == Sharding.ByKey ? plan.Files.Count : plan.Units.Count;
        if (hosts > most)
        {
            var what = job.Spec.Input.Sharding == Sharding.ByKey ? "objects to deal out" : "units of work";
            throw new PJobException(
                $"compute.instance_count: {hosts} hosts, but there are only {most} {what}: the others would be paid for nothing; "
                    + $"fix: set it to {most} or less",
                ExitCode.BadSpec
            );
        }
        if (OtherFormat(job.Image) is { } other)
        {
            throw new PJobException(other, ExitCode.BadSpec);
        }

        foreach (var type in job.Spec.Compute.InstanceType)
        {
            CheckGpus(job, type);
            CheckVolume(job, plan, type);
        }

        // Before hours of staging.
        _ = job.Request(job.NameOf(1), job.Spec.Compute.InstanceType, hosts, region, job.ConfigFolder(job.NameOf(1), []));
    }

    /// <summary>Before a job is paid for that each of its workers would end at once.</summary>
    /// <exception cref="PJobException">Exit code 2: committed units were computed on another kind of device.</exception>
    public static void CheckSameDevice(RemoteJob job)
    {
        if (
            job.Earlier.Computed is { } before
            && job.Spec.Compute.InstanceType.FirstOrDefault(t => InstanceTypes.Default.HasGpu(t) != (before.Provider == ComputeRecord.Cuda))
                is { } type
        )
        {
            throw new PJobException(
                MixedDevices.Message($"{type}, {(InstanceTypes.Default.HasGpu(type) ? "which has GPUs" : "which has no GPU")}", before),
                ExitCode.BadSpec
            );
        }
    }

    /// <summary>What may go wrong: said, and left to the user.</summary>
    public static IEnumerable<JobWarning> Warnings(RemoteJob job, JobPlan plan)
    {
        if (
            job.Spec is { Input: { Transfer: Transfer.Service, Sharding: Sharding.Balanced }, Compute.InstanceCount: > 1 and var hosts }
            && plan.Bytes > CopyWorthAWord
        )
        {
            yield return new(
                "data_copied_to_all_hosts",
                $"each of the {hosts} hosts copies all {plan.Bytes / Gb:0} GB before it starts; with input.transfer: stream it "
                    + "would read only its share"
            );
        }

        foreach (var name in job.Spec.Compute.InstanceType)
        {
            if (InstanceTypes.Default.Find(name) is null)
            {
                yield return new(
                    "instance_type_unknown",
                    $"compute.instance_type: {name} is not in the table of {InstanceTypes.Default.Date}; it is tried all the same"
                );
            }
        }

        if (job.Image.Label is { Accelerator: null, Fault: var fault } && job.Spec.Compute.InstanceType.Any(InstanceTypes.Default.HasGpu))
        {
            yield return new(
                "image_accelerator_unknown",
                "aws.image: whether it is built for GPUs is not known "
                    + $"({fault ?? "it has no label io.processingjob.accelerator"}); the worker's own check decides at its start; "
                    + "fix: allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository, and use an image of "
                    + "scripts/publish-image.sh cuda"
            );
        }

        if (job.Image.Architecture is { } architecture && architecture != "amd64")
        {
            yield return new("image_architecture", $"aws.image: built for {architecture}; SageMaker Processing runs amd64");
        }

        if (!SageMakerRequest.Isolated(job.Spec) && job.Spec.Aws.NetworkIsolation is null)
        {
            yield return new(
                "network_isolation_off",
                "network isolation is off, because a transfer is stream: the workers reach S3 themselves"
            );
        }
    }

    /// <summary>
    /// What is wrong with an image whose label says CPU on a type with GPUs, and what to do; null: nothing that is known.
    /// </summary>
    public static string? CpuImage(ResolvedImage image, string type) =>
        image.Label?.Accelerator == "cpu" && InstanceTypes.Default.HasGpu(type)
            ? $"aws.image: {image.Uri} is the worker's CPU image (label io.processingjob.accelerator), but {type} has GPUs, which "
                + "would be paid for nothing; fix: name the image that 'scripts/publish-image.sh cuda' prints, or take an "
                + "instance type without GPUs"
            : null;

    /// <summary>
    /// What is wrong with an image of another format: it would end at its first file, or write records that this program cannot finish.
    /// Null: nothing that is known; one whose labels cannot be read checks itself.
    /// </summary>
    public static string? OtherFormat(ResolvedImage image) =>
        image.Label is { Format: { } format } label && format != FormatStamp.Newest
            ? $"aws.image: {image.Uri} is of pjob {label.Version ?? "of an unknown version"} (format {format}), this is pjob "
                + $"{ProductVersion.Text} (format {FormatStamp.Newest}); fix: "
                + (
                    format < FormatStamp.Newest
                        ? "publish the image again: scripts/publish-image.sh"
                        : "use that version of pjob, or an image of this one: scripts/publish-image.sh"
                )
            : null;

    /// <summary>Nobody shall pay for GPUs and get the work of a few cores.</summary>
    static void CheckGpus(RemoteJob job, string type)
    {
        if (!InstanceTypes.Default.HasGpu(type))
        {
            return;
        }

        if (GpuTypes.Unused(job.Spec) is { } why)
        {
            throw new PJobException($"compute.instance_type: {type} has GPUs, but {why}", ExitCode.BadSpec);
        }

        if (InstanceTypes.Default.Find(type) is { GpuSupported: false } old)
        {
            throw new PJobException(
                $"compute.instance_type: {type} has a {old.Gpu} of compute capability {old.ComputeCapability}, expected 7.5 or "
                    + "newer: CUDA 13 has no code for it; fix: take ml.g4dn, ml.g5, ml.g6 or ml.p5",
                ExitCode.Model
            );
        }

        if (CpuImage(job.Image, type) is { } fault)
        {
            throw new PJobException(fault, ExitCode.Model);
        }
    }

    static void CheckVolume(RemoteJob job, JobPlan plan, string type)
    {
        double data =
            job.Spec.Input.Transfer == Transfer.Stream ? 0
            : job.Spec.Input.Sharding == Sharding.ByKey ? LargestShare(plan)
            : plan.Bytes;
        double model = job.ModelFiles.Sum(f => f.Size);
        var need = (data + model) / Gb + SpareGb;
        var disk = InstanceTypes.Default.Find(type)?.NvmeGb ?? 0;
        double room = disk > 0 ? disk : job.Spec.Compute.VolumeGb;
        if (need <= room)
        {
            return;
        }

        var cure =
            disk > 0 ? $"take a type larger than {type}, which has {disk} GB of local disk" : $"set it to {Math.Ceiling(need * 1.2)}";
        throw new PJobException(
            $"compute.volume_gb: {room} GB, but every host copies {data / Gb:0.#} GB of data and {model / Gb:0.#} GB of model and "
                + $"needs {SpareGb} GB to work in; fix: {cure}, or use input.transfer: stream",
            ExitCode.BadSpec
        );
    }

    /// <summary>Bytes of the fullest host.</summary>
    static long LargestShare(JobPlan plan) => plan.Hosts.Max(h => h.Dealt!.Sum(f => f.Size));
}
