using ProcessingJob.Samples;

namespace ProcessingJob.Testing;

/// <summary>Sample models, each written once per checkout under out/test-models.</summary>
public static class ModelCache
{
    /// <summary>The folder of the model with these options; read-only for tests.</summary>
    public static string Get(SampleModelOptions options) => throw new NotImplementedException();
}
