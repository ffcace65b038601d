namespace ProcessingJob.Samples;

/// <summary>Review-like texts from a seed, for soaks and benchmarks.</summary>
public static class SampleTexts
{
    /// <summary>
    /// <paramref name="count"/> texts: lengths log-normal (median about 45 words, 2 to 600), one in fifteen with emoji or another script.
    /// The n-th text depends on the seed and n only.
    /// </summary>
    public static IEnumerable<string> Reviews(int seed, int count) => throw new NotImplementedException();
}
