using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>Valid things to start from.</summary>
static class Some
{
    public static JobSpec Spec { get; } =
        new()
        {
            Name = "reviews",
            Model = "s3://bucket/models/minilm/",
            Input = new InputSpec { Data = "s3://bucket/reviews/", Text = ["text"] },
            Output = new OutputSpec { Data = "s3://bucket/out/" },
            Compute = new ComputeSpec
            {
                InstanceType = ["ml.m5.xlarge"],
                InstanceCount = 2,
                MaxRuntime = TimeSpan.FromHours(4),
            },
            Aws = new AwsSpec
            {
                Role = "arn:aws:iam::123456789012:role/processing",
                Image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:1",
            },
        };

    public static JobPlacement Placement { get; } =
        new()
        {
            JobName = "reviews-0123456789",
            Region = "us-east-1",
            RoleArn = "arn:aws:iam::123456789012:role/processing",
            ImageUri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/worker@sha256:" + new string('a', 64),
            InstanceTypes = ["ml.m5.xlarge"],
            Config = new S3Uri("bucket", "processingjob/jobs/reviews-0123456789"),
            Model = new S3Uri("bucket", "models/minilm"),
            Data = new S3Uri("bucket", "reviews"),
            Output = new S3Uri("bucket", "out"),
        };

    public static CreateJobRequest Request(string name = "reviews-0123456789") =>
        SageMakerRequest.Build(Spec, Placement) with
        {
            ProcessingJobName = name,
        };
}
