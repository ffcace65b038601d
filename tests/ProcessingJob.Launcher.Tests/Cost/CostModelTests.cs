using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Cost;

namespace ProcessingJob.Launcher.Tests.Cost;

public sealed class CostModelTests
{
    static Workload Work(int units = 400, double? speed = null) =>
        new()
        {
            Units =
            [
                .. Enumerable.Range(0, units).Select(i => WorkUnit.Create($"f{i}", InputFormat.Text, 0, 1 << 20, 1 << 20, "v", "s", "m")),
            ],
            Rows = 10_000_000,
            Tokens = 1_000_000_000,
            FlopsPerToken = 2 * 10.6e6,
            MeasuredTokensPerSecond = speed,
        };

    static readonly CostModel Model = new(InstanceTypes.Default);

    [Fact]
    public void Estimate_MeasuredSpeed_IsTokensOverSpeedPlusStartUp()
    {
        var estimate = Model.Estimate(Work(speed: 100_000), "ml.g5.xlarge", 4);

        Assert.Equal(2500, estimate.Computing.TotalSeconds, 3);
        Assert.Equal(2500 + 480, estimate.Total.TotalSeconds, 3);
        Assert.Equal(1, estimate.Skew, 6);
        Assert.Equal(4 * 2980 / 3600.0 * InstanceTypes.Default.Find("ml.g5.xlarge")!.UsdPerHour!.Value, estimate.Usd!.Value, 6);
        Assert.Equal(estimate.Usd.Value / 10, estimate.UsdPerMillionRows!.Value, 6);
        Assert.True(estimate.Measured);
    }

    [Fact]
    public void Estimate_MoreHostsThanUnits_IsAsSlowAsTheFullest()
    {
        Assert.Equal(
            Model.Estimate(Work(units: 3, speed: 1e5), "ml.m5.xlarge", 3).Total,
            Model.Estimate(Work(units: 3, speed: 1e5), "ml.m5.xlarge", 50).Total
        );
    }

    [Fact]
    public void Simulate_Hosts_TimeFallsAndCostRisesWithStartUp()
    {
        var choices = Model.Simulate(Work(), "ml.m5.xlarge");

        Assert.Equal(Enumerable.Range(1, 100), choices.Select(c => c.Hosts));
        Assert.All(choices.Zip(choices.Skip(1)), pair => Assert.True(pair.Second.Total <= pair.First.Total));
        Assert.True(choices[99].Usd > choices[0].Usd);
    }

    [Fact]
    public void Cheapest_Deadline_IsTheFewestHostsThatMeetIt()
    {
        var choices = Model.Simulate(Work(speed: 10_000), "ml.m5.xlarge");

        var best = CostModel.Cheapest(choices, TimeSpan.FromHours(3));

        Assert.NotNull(best);
        Assert.True(best.Total <= TimeSpan.FromHours(3));
        Assert.True(choices[best.Hosts - 2].Total > TimeSpan.FromHours(3));
        Assert.Null(CostModel.Cheapest(choices, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void Estimate_UnknownTypeWithoutASpeed_SaysWhatToGive()
    {
        var e = Assert.Throws<PJobException>(() => Model.Estimate(Work(), "ml.x9.xlarge", 1));

        Assert.Contains("compute.instance_type: ml.x9.xlarge", e.Message);
        Assert.Null(Model.Estimate(Work(speed: 1000), "ml.x9.xlarge", 1).Usd);
    }

    [Fact]
    public void Default_Table_HasEveryTypeThatTheServiceTakes()
    {
        var model = ShapeModel.Botocore("sagemaker");
        Assert.SkipWhen(model is null, "python3-botocore is not installed");

        // AWS has not published what a g7 holds; an unknown type is judged by its name.
        Assert.DoesNotContain(
            model.Words("ProcessingInstanceType").Except(InstanceTypes.Default.All.Select(t => t.Type)),
            t => !t.StartsWith("ml.g7.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Estimate_MeasuredOnAnotherType_IsNotTakenForThisOne()
    {
        var work = Work() with { MeasuredByType = new Dictionary<string, double> { ["ml.m5.xlarge"] = 38 } };

        Assert.Equal(
            (38, true),
            (Model.Estimate(work, "ml.m5.xlarge", 1).TokensPerSecond, Model.Estimate(work, "ml.m5.xlarge", 1).Measured)
        );
        Assert.False(Model.Estimate(work, "ml.g4dn.xlarge", 1).Measured);
        Assert.True(Model.Estimate(work, "ml.g4dn.xlarge", 1).TokensPerSecond > 1000);
    }

    [Fact]
    public void Estimate_TaskWithoutModelOnAnUnmeasuredType_SaysWhatToGive()
    {
        var work = Work() with
        {
            FlopsPerToken = 0,
            MeasuredByType = new Dictionary<string, double> { ["ml.m5.xlarge"] = 1e6 },
        };

        var e = Assert.Throws<PJobException>(() => Model.Estimate(work, "ml.c5.xlarge", 1));

        Assert.Contains("--tokens-per-second", e.Message);
    }

    [Theory]
    [InlineData("ml.p3.2xlarge", false)]
    [InlineData("ml.g4dn.xlarge", true)]
    [InlineData("ml.m5.xlarge", true)]
    public void GpuSupported_ComputeCapability_IsJudged(string type, bool supported) =>
        Assert.Equal(supported, InstanceTypes.Default.Find(type)!.GpuSupported);

    [Fact]
    public void Load_OwnFile_OverridesAndKeepsTheRest()
    {
        using var folder = new ProcessingJob.Testing.TempFolder();
        var path = folder.Write(
            "types.json",
            """{"date":"2030-01","region":"eu-west-1","types":[{"type":"ml.m5.xlarge","vcpu":4,"memory_gib":16,"usd_per_hour":9.5}]}"""
        );

        var table = InstanceTypes.Load(path);

        Assert.Equal(9.5, table.Find("ml.m5.xlarge")!.UsdPerHour);
        Assert.NotNull(table.Find("ml.g5.xlarge"));
        Assert.Throws<PJobException>(() => InstanceTypes.Load(folder.Write("bad.json", "[]")));
    }
}
