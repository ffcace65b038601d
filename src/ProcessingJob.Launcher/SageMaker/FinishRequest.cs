namespace ProcessingJob.Launcher.SageMaker;

/// <summary>The request that ends a job which somebody else started: the same image with the argument <c>finish</c>.</summary>
public static class FinishRequest
{
    const string Tail = "-finish";
    const int LongestName = 63;

    /// <summary>A small host is enough: it reads and writes some small files on S3.</summary>
    const string InstanceType = "ml.t3.medium";
    const int VolumeGb = 5;

    /// <param name="job">The request of the job itself.</param>
    /// <param name="output">Its output.data, on S3.</param>
    public static CreateJobRequest Of(CreateJobRequest job, string output)
    {
        ArgumentNullException.ThrowIfNull(job);
        var stem = job.ProcessingJobName;
        stem = stem.Length + Tail.Length > LongestName ? stem[..(LongestName - Tail.Length)].TrimEnd('-') : stem;
        return job with
        {
            ProcessingJobName = stem + Tail,
            ProcessingInputs = null,
            ProcessingOutputConfig = null,
            ProcessingResources = new()
            {
                ClusterConfig = new()
                {
                    InstanceCount = 1,
                    InstanceType = InstanceType,
                    VolumeSizeInGB = VolumeGb,
                    // The job's own types may have local disks, which take no key; this one has a volume.
                    VolumeKmsKeyId = job.ProcessingResources.ClusterConfig.VolumeKmsKeyId ?? job.ProcessingOutputConfig?.KmsKeyId,
                },
            },
            AppSpecification = job.AppSpecification with { ContainerArguments = ["finish", output] },
            // It reads and writes S3 itself.
            NetworkConfig = job.NetworkConfig is { } network ? network with { EnableNetworkIsolation = false } : null,
        };
    }
}
