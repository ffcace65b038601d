using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Data.Finalizing;

/// <summary>
/// The spec as it is kept beside data: without aws.environment, whose values may be secrets and which no worker reads from there.
/// </summary>
public static class StoredSpec
{
    public static JobSpec Of(JobSpec spec) => spec with { Aws = spec.Aws with { Environment = [] } };
}
