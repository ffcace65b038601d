using ProcessingJob.Contract;
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

    /// <exception cref="PJobException">Exit code 2: it cannot work; the message says which key to change to what.</exception>
    public static void Check(RemoteJob job, JobPlan plan, string region)
    {
        var hosts = job.Spec.Compute.InstanceCount;
        var most = job.Spec.Input.Sharding == Sharding.ByKey ? plan.Files.Count : plan.Units.Count;
        if (hosts > most)
        {
            var what = job.Spec.Input.Sharding == Sharding.ByKey ? "objects to deal out" : "units of work";
            throw new PJobException(
                $"compute.instance_count: {hosts} hosts, but there are only {most} {what}: the others would be paid for nothing. Set it to {most}, or less.",
                ExitCode.BadSpec
            );
        }
        foreach (var type in job.Spec.Compute.InstanceType)
        {
            CheckVolume(job, plan, type);
            // Before hours of staging, and for the types that are only tried when the first has no capacity.
            _ = job.Request(job.NameOf(1), type, hosts, region);
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
                $"each of the {hosts} hosts copies all {plan.Bytes / Gb:0} GB before it starts; with input.transfer: stream it would read only its share"
            );
        }

        foreach (var name in job.Spec.Compute.InstanceType)
        {
            if (InstanceTypes.Default.Find(name) is not { } type)
            {
                yield return new(
                    "instance_type_unknown",
                    $"compute.instance_type: {name} is not in the table of {InstanceTypes.Default.Date}; it is tried all the same"
                );
            }
            else if (!type.GpuSupported)
            {
                yield return new(
                    "gpu_unsupported",
                    $"compute.instance_type: {name} has a {type.Gpu} (compute capability {type.ComputeCapability}), which CUDA 13 no longer drives; expected 7.5 or newer (g4dn, g5, g6, p5)"
                );
            }
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

    static void CheckVolume(RemoteJob job, JobPlan plan, string type)
    {
        double data =
            job.Spec.Input.Transfer == Transfer.Stream ? 0
            : job.Spec.Input.Sharding == Sharding.ByKey
                ? plan.Hosts.Max(h => plan.Files.Where(f => h.Files.Contains(f.Source)).Sum(f => f.Size))
            : plan.Bytes;
        double model = job.ModelFiles.Sum(f => f.Size);
        var need = (data + model) / Gb + SpareGb;
        var disk = InstanceTypes.Default.Find(type)?.NvmeGb ?? 0;
        double room = disk > 0 ? disk : job.Spec.Compute.VolumeGb;
        if (need <= room)
        {
            return;
        }

        var cure = disk > 0 ? $"{type} has {disk} GB of local disk: take a larger type" : $"Set it to {Math.Ceiling(need * 1.2)}";
        throw new PJobException(
            $"compute.volume_gb: {room} GB, but every host copies {data / Gb:0.#} GB of data and {model / Gb:0.#} GB of model and needs {SpareGb} GB to work in. {cure}, or use input.transfer: stream.",
            ExitCode.BadSpec
        );
    }
}
