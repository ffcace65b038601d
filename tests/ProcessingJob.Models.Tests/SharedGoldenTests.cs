using ProcessingJob.Contract;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

/// <summary>
/// All model folders beside the checkout (<c>../shared/goldens/hf</c>), skipped where there are none. A folder may be refused only
/// where <see cref="MayBeRefused"/> lists it.
/// </summary>
public sealed class SharedGoldenTests
{
    static readonly string Root = Path.GetFullPath(Repo.File("..", "shared", "goldens", "hf"));

    /// <summary>Their results depend on the padding, in transformers too.</summary>
    static readonly HashSet<string> MayBeRefused = ["convbert-base", "mobilebert-base"];

    public static TheoryData<string> Folders =>
        Directory.Exists(Root) ? [.. Directory.GetDirectories(Root).Select(folder => Path.GetFileName(folder)).Order()] : ["none"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Plain_Float32_GivesTransformersNumbers(string name) =>
        Check(name, GraphForm.Plain, GraphPrecision.Float32, Float32Limit(name));

    [Theory]
    [MemberData(nameof(Folders))]
    public void Fused_Float32_GivesTransformersNumbers(string name) =>
        Check(name, GraphForm.Fused, GraphPrecision.Float32, Float32Limit(name));

    [Theory]
    [MemberData(nameof(Folders))]
    public void Plain_Float16_StaysWithinItsRounding(string name) =>
        Check(name, GraphForm.Plain, GraphPrecision.Float16, Float16Limit(name));

    [Theory]
    [MemberData(nameof(Folders))]
    public void Fused_Float16_StaysWithinItsRounding(string name) =>
        Check(name, GraphForm.Fused, GraphPrecision.Float16, Float16Limit(name));

    /// <summary>albert-base-groups: transformers' own float32 is 1.6e-4 from its float64.</summary>
    static double Float32Limit(string name) => name == "albert-base-groups" ? 5e-4 : 1e-4;

    static double Float16Limit(string name) => name == "albert-base-groups" ? 0.4 : 3e-2;

    static void Check(string name, GraphForm form, GraphPrecision precision, double limit)
    {
        Assert.SkipUnless(Directory.Exists(Root), $"{Root} is not there.");
        var golden = new Golden(Path.Combine(Root, name));
        double difference;
        try
        {
            difference = golden.Difference(form, precision);
        }
        catch (PJobException e) when (MayBeRefused.Contains(name) && e.ExitCode == ExitCode.Model)
        {
            Assert.Skip(e.Message);
            return;
        }

        TestContext.Current.SendDiagnosticMessage($"{name} {form} {precision}: {difference:0.0e0}");
        Assert.True(difference <= limit, $"{name}: found a difference of {difference:0.0e0}, expected at most {limit:0.0e0}");
    }
}
