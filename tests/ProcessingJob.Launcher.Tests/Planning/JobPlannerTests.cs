using CsCheck;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
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
                    // By key a host gathers what it was given, whatever others have.
                    var all = JobPlanner.Create("j", spec, files, "m", byKey ? hosts : 1, CommittedWork.None).Units;
                    var committed = Committed(all, [.. all.Where((_, i) => i % everyNth == 1)]);
                    var plan = JobPlanner.Create("j", spec, files, "m", hosts, committed);

                    Assert.Equal(all, plan.Units);
                    Assert.Equal(
                        all.Where(u => !committed.Ids.Contains(u.Id)),
                        plan.Hosts.SelectMany(h => h.Left).OrderBy(u => u.Source, StringComparer.Ordinal).ThenBy(u => u.Start)
                    );
                    Assert.Equal(committed.Units.Count, plan.UnitsCommitted);
                    Assert.Equal(committed.Units.Count, plan.Hosts.Sum(h => h.Committed));
                    if (byKey)
                    {
                        Assert.All(plan.Hosts.SelectMany(h => h.Dealt!).CountBy(f => f.Source), f => Assert.Equal(1, f.Value));
                        Assert.Equal(files.Select(f => (f.Source, f.Version)), plan.Work.Files.Select(f => (f.Source, f.Version)));
                        Assert.Equal(
                            committed.Files.Order(),
                            plan.Work.Files.Where(f => f.Done is [PlannedFile.All, ..]).Select(f => f.Source).Order()
                        );
                    }
                    else
                    {
                        Assert.Equal(plan.Hosts.Select(h => h.Left), plan.Work.Hosts.Select(h => h.Units));
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
                    var plan = JobPlanner.Create("j", new JobSpec(), files, "m", hosts, CommittedWork.None);
                    Assert.True(plan.Hosts.Max(h => h.BytesLeft) <= plan.BytesLeft / hosts + plan.Units.Max(u => u.Bytes));
                },
                iter: 200
            );

    [Fact]
    public void Create_Resumed_BalancesWhatIsLeft()
    {
        SourceFile[] files = [.. Enumerable.Range(0, 8).Select(i => new SourceFile($"{i:00}.csv", 1000, "v"))];
        var all = JobPlanner.Create("j", new JobSpec(), files, "m", 2, CommittedWork.None);
        var plan = JobPlanner.Create("j", new JobSpec(), files, "m", 2, Committed(all.Units, all.Hosts[0].Left));
        Assert.Equal([2000L, 2000L], plan.Hosts.Select(h => h.BytesLeft));
        Assert.Equal(1, plan.Skew);
    }

    [Fact]
    public void Create_ByKey_DealsFilesByCountAndLeavesThePlanOfUnitsToTheHosts()
    {
        SourceFile[] files = [.. Enumerable.Range(0, 5).Select(i => new SourceFile($"{i}.csv", 10, "v"))];
        var plan = JobPlanner.Create("j", new JobSpec { Input = new() { Sharding = Sharding.ByKey } }, files, "m", 3, CommittedWork.None);
        Assert.Equal(["0.csv,3.csv", "1.csv,4.csv", "2.csv"], plan.Hosts.Select(h => string.Join(',', h.Dealt!.Select(f => f.Source))));
        Assert.Empty(plan.Work.Hosts);
    }

    /// <summary>Some of the units, and the files of which they are all units.</summary>
    static CommittedWork Committed(IReadOnlyList<WorkUnit> all, IReadOnlyList<WorkUnit> some)
    {
        var open = all.Except(some).SelectMany(u => u.Pieces).Select(p => p.Source).ToHashSet();
        return new(some, some.SelectMany(u => u.Pieces).Select(p => p.Source).Where(s => !open.Contains(s)).ToHashSet());
    }

    [Fact]
    public void HostNames_TenHosts_AreInTheOrderOfTheirRanks()
    {
        var names = JobPlanner.HostNames(10);
        Assert.Equal(["algo-1", "algo-10", "algo-2"], names.Take(3));
        Assert.Equal(1, new ResourceConfig("algo-10", names).Rank);
    }
}
