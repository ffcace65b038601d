using ProcessingJob.Launcher.Aws;

namespace ProcessingJob.Launcher.SageMaker;

/// <summary>Which adapter this build uses: AWS JSON 1.1 of our own, or AWSSDK.SageMaker (<c>-p:AwsSdkSageMaker=true</c>).</summary>
public static class ProcessingJobs
{
    /// <summary>The processing jobs of the connection's account and region.</summary>
    public static IProcessingJobs Over(AwsConnection connection) =>
#if AWSSDK_SAGEMAKER
        new SdkSageMakerJobs(connection);
#else
        new SageMakerJobs(connection);
#endif
}
