namespace ProcessingJob.Launcher.Tests.Planning;

/// <summary>Nothing else runs meanwhile: CPU time is the process's.</summary>
[CollectionDefinition(nameof(ManyObjectsTests), DisableParallelization = true)]
[Collection(nameof(ManyObjectsTests))]
public sealed class ManyObjectsTests
{
    /// <summary>A million take ten times as long: 'benchmarks objects' measures that.</summary>
    [Fact]
    public async Task Launcher_HundredThousandSmallObjects_PlansAndFinishesInSeconds()
    {
        // Compiled once before it is measured.
        await new ManyObjects(2_000, 1_000, 100).RunAsync();
        var few = await new ManyObjects(20_000, 1_000, 100).RunAsync();
        var many = await new ManyObjects(100_000, 1_000, 100).RunAsync();

        Assert.True(many.TakeWhile(s => s.Name != "plan and files by key").Sum(s => s.Cpu) < 6, Shown(many));
        Assert.True(many.Single(s => s.Name == "finish").Cpu < 12, Shown(many));
        // Five times the objects: no step is worse than linear, with room for what a short step does not show.
        Assert.All(few.Zip(many), s => Assert.True(s.Second.Cpu < 5 * 2 * s.First.Cpu + 0.5, $"{Shown(few)}\n{Shown(many)}"));
        Assert.Equal("100,000 objects", many[0].What);
    }

    static string Shown(IReadOnlyList<ManyObjectsStep> steps) =>
        string.Join('\n', steps.Select(s => $"{s.Name}: {s.Cpu:0.00} s of CPU, {s.What}"));
}
