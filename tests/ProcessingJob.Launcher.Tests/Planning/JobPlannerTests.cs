using CsCheck;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Planning;

namespace ProcessingJob.Launcher.Tests.Planning;

public class JobPlannerTests
{
    static readonly Gen<IReadOnlyList<SourceFile>> Files = Gen.Select(Gen.Int[0, 80 << 20], Gen.Bool)
        .List[1, 12]
        .Select(l =>
            (IReadOnlyList<SourceFile>)
                [.. l.Select((f, i) => new SourceFile($"f{i:00}.{(f.Item2 ? "jsonl" : "csv.gz")}", f.Item1, $"v{i}"))]
        );

    [Fact]
    public void Create_AnyFilesAndHosts_GivesEveryUnitToExactlyOneHost() =>
        Gen.Select(Files, Gen.Int[1, 12], Gen.Bool, Gen.Int[1, 5])
            .Sample(
                (files, hosts, byKey, everyNth) =>
                {
                    var spec = new JobSpec { Input = new() { Sharding = byKey ? Sharding.ByKey : Sharding.Balanced } };
                    var all = JobPlanner.Create("j", spec, files, "m", 1, new HashSet<string>()).Units;
                    var committed = all.Where((_, i) => i % everyNth == 1).Select(u => u.Id).ToHashSet();
                    var plan = JobPlanner.Create("j", spec, files, "m", hosts, committed);

                    Assert.Equal(
                        all,
                        plan.Hosts.SelectMany(h => h.Units).OrderBy(u => u.Source, StringComparer.Ordinal).ThenBy(u => u.Start)
                    );
                    Assert.Equal(committed.Count, plan.UnitsCommitted);
                    Assert.Equal(committed.Order(), plan.Work.Committed.Order());
                    if (byKey)
                    {
                        Assert.All(plan.Hosts.SelectMany(h => h.Files).CountBy(f => f), f => Assert.Equal(1, f.Value));
                    }
                    else
                    {
                        Assert.Equal(plan.Hosts.Select(h => h.Units), plan.Work.Hosts);
                    }
                },
                iter: 200
            );

    [Fact]
    public void Create_Balanced_LeavesNoHostMoreThanOneUnitAboveTheMean() =>
        Gen.Select(Files, Gen.Int[1, 12])
            .Sample(
                (files, hosts) =>
                {
                    var plan = JobPlanner.Create("j", new JobSpec(), files, "m", hosts, new HashSet<string>());
                    Assert.True(plan.Hosts.Max(h => h.BytesLeft) <= plan.BytesLeft / hosts + plan.Units.Max(u => u.Bytes));
                },
                iter: 200
            );

    [Fact]
    public void Create_Resumed_BalancesWhatIsLeft()
    {
        SourceFile[] files = [.. Enumerable.Range(0, 20).Select(i => new SourceFile($"{i:00}.csv", 1000, "v"))];
        var all = JobPlanner.Create("j", new JobSpec(), files, "m", 2, new HashSet<string>());
        var plan = JobPlanner.Create("j", new JobSpec(), files, "m", 2, all.Hosts[0].Units.Select(u => u.Id).ToHashSet());
        Assert.Equal([5000L, 5000L], plan.Hosts.Select(h => h.BytesLeft));
        Assert.Equal(1, plan.Skew);
    }

    [Fact]
    public void Create_ByKey_DealsFilesByCountAndLeavesThePlanOfUnitsToTheHosts()
    {
        SourceFile[] files = [.. Enumerable.Range(0, 5).Select(i => new SourceFile($"{i}.csv", 10, "v"))];
        var plan = JobPlanner.Create(
            "j",
            new JobSpec { Input = new() { Sharding = Sharding.ByKey } },
            files,
            "m",
            3,
            new HashSet<string>()
        );
        Assert.Equal(["0.csv,3.csv", "1.csv,4.csv", "2.csv"], plan.Hosts.Select(h => string.Join(',', h.Files)));
        Assert.Empty(plan.Work.Hosts);
    }

    [Fact]
    public void HostNames_TenHosts_AreInTheOrderOfTheirRanks()
    {
        var names = JobPlanner.HostNames(10);
        Assert.Equal(["algo-1", "algo-10", "algo-2"], names.Take(3));
        Assert.Equal(1, new ResourceConfig("algo-10", names).Rank);
    }
}
