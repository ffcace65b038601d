using ProcessingJob.Samples;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

static class Models
{
    /// <summary>A model small enough that a test is about everything but the model.</summary>
    public static string Tiny { get; } = ModelCache.Get(new SampleModelOptions { Normalize = true });

    /// <summary>Where scripts/minilm.sh writes all-MiniLM-L6-v2, if it was run.</summary>
    public static string MiniLm { get; } = Repo.File("out", "minilm");
}
