using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>A model small enough that a test is about everything but the model.</summary>
static class Models
{
    public static string Tiny { get; } = ModelCache.Get(new SampleModelOptions { Normalize = true });
}
