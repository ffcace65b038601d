using System.Text;
using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Families;

namespace ProcessingJob.Models.Tests;

/// <summary>Formulas of which the golden folders show only some settings; expected values by hand or by torch.</summary>
public sealed class FormulaTests
{
    [Theory]
    [InlineData("llama", "", 1, 0.01)]
    [InlineData("llama", """, "rope_theta": 100.0""", 1, 0.1)]
    [InlineData("llama", """, "rope_scaling": {"type": "linear", "factor": 2.0}""", 0.5, 0.005)]
    [InlineData("llama", """, "rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 100.0}""", 0.25, 0.025)]
    [InlineData("llama", """, "rope_scaling": {"rope_type": "dynamic", "factor": 4.0}""", 1, 0.01)]
    [InlineData("new", """, "rope_theta": 10000.0, "rope_scaling": {"type": "ntk", "factor": 8.0}""", 0.35355339, 0.00125)]
    public void Frequencies_HeadOfFour_AreAsTheRuleSays(string family, string keys, double first, double second)
    {
        var config = ConfigReader.Parse("config.json", Encoding.UTF8.GetBytes($$"""{"model_type": "{{family}}"{{keys}}}"""));

        var frequencies = Rope.Frequencies(config, 4);

        Assert.Equal(2, frequencies.Length);
        Assert.Equal(first, frequencies[0], first * 1e-6);
        Assert.Equal(second, frequencies[1], second * 1e-6);
    }

    [Theory]
    [InlineData(0, 32, 128, 0)]
    [InlineData(7, 32, 128, 7)] // exact below 8
    [InlineData(8, 32, 128, 8)]
    [InlineData(20, 32, 128, 10)] // 8 + trunc(ln(20/8) / ln(16) * 8) = 8 + 2
    [InlineData(127, 32, 128, 15)]
    [InlineData(5000, 32, 128, 15)]
    [InlineData(-1, 32, 128, 17)] // keys after the query have the upper half
    [InlineData(-5000, 32, 128, 31)]
    public void RelativeBuckets_OfT5_AreItsPapers(int distance, int buckets, int largest, int bucket) =>
        Assert.Equal(bucket, RelativeBuckets.Of(distance, buckets, largest));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(128, 128)] // half of the buckets are exact
    [InlineData(129, 129)]
    [InlineData(-129, -129)]
    [InlineData(511, 255)] // the largest distance of 512 positions
    [InlineData(-511, -255)]
    public void DebertaBucket_Of256Buckets_GrowsWithTheLogarithm(int distance, int bucket) =>
        Assert.Equal(bucket, DebertaPositions.Bucket(distance, 256, 512));
}
