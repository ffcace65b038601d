using CsCheck;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

public sealed class PlanTests
{
    static readonly string[] Extensions = [".csv", ".jsonl.gz", ".parquet", ".txt.zst", ".txt"];

    static readonly Gen<SourceFile[]> Files = Gen.Select(Gen.Int[0, 500], Gen.Long[0, 1L << 31], Gen.Int[0, 4].Select(i => Extensions[i]))
        .Select((n, size, ext) => new SourceFile($"f{n}{ext}", size, $"v{size}"))
        .Array[0, 30]
        .Select(files => files.DistinctBy(f => f.Source).ToArray());

    static IReadOnlyList<WorkUnit> Cut(SourceFile[] files) => UnitCutter.Cut(files, new JobSpec(), "s", "m");

    [Fact]
    public void Cut_AnyFiles_CoversEveryByteExactlyOnce() =>
        Files.Sample(
            files =>
            {
                var units = Cut(files);
                foreach (var file in files)
                {
                    long at = 0;
                    foreach (var unit in units.Where(u => u.Source == file.Source))
                    {
                        Assert.Equal(at, unit.Start);
                        at = unit.End;
                    }
                    Assert.Equal(file.Size, at);
                }
                Assert.Equal(units.Count, units.Select(u => u.Id).Distinct().Count());
            },
            iter: 100
        );

    [Fact]
    public void Cut_OrderOfFiles_DoesNotMatter() => Files.Sample(files => Assert.Equal(Cut(files), Cut([.. files.Reverse()])), iter: 50);

    [Fact]
    public void Assign_AnyHosts_GivesEveryUnitToOneHostEvenly() =>
        Gen.Select(Files, Gen.Int[1, 40])
            .Sample(
                (files, hosts) =>
                {
                    var units = Cut(files);
                    var plan = Balancer.Assign(units, hosts);

                    Assert.Equal(hosts, plan.Count);
                    Assert.Equal(units.Select(u => u.Id).Order(), plan.SelectMany(h => h).Select(u => u.Id).Order());
                    // Graham's bound for any greedy assignment; the optimum itself is not known here.
                    var bound = units.Sum(u => u.Bytes) / (double)hosts + units.Select(u => u.Bytes).DefaultIfEmpty().Max();
                    Assert.True(plan.Max(h => h.Sum(u => u.Bytes)) <= bound);
                },
                iter: 100
            );

    [Theory]
    [InlineData("a.csv", InputFormat.Csv)]
    [InlineData("x/b.JSONL.gz", InputFormat.Jsonl)]
    [InlineData("c.parquet", InputFormat.Parquet)]
    [InlineData("d.tsv.zst", InputFormat.Tsv)]
    [InlineData("README", InputFormat.Text)]
    public void OfName_KnownExtension_IsItsFormat(string name, InputFormat format) => Assert.Equal(format, InputFormats.OfName(name));

    [Fact]
    public void FormatOf_UnknownName_SaysWhatIsExpected() =>
        Assert.Contains("set input.format", Assert.Throws<PJobException>(() => InputFormats.OfName("a.docx")).Message);

    [Fact]
    public void Unit_OtherSpecModelOrVersion_HasAnotherId()
    {
        var ids = new[] { ("v", "s", "m"), ("w", "s", "m"), ("v", "t", "m"), ("v", "s", "n") }.Select(x =>
            WorkUnit.Create("a.csv", InputFormat.Csv, 0, 9, 9, x.Item1, x.Item2, x.Item3).Id
        );

        Assert.Equal(4, ids.Distinct().Count());
    }

    [Fact]
    public async Task Plan_ThroughItsFiles_StaysTheSame()
    {
        SourceFile[] files =
        [
            new("a.csv", 5 << 20, "v") { Stamp = new(5 << 20, 7, 8) },
            .. Enumerable.Range(0, 20).Select(i => new SourceFile($"small/{i:00}.csv", 10, $"v{i}") { Stamp = new(10, i, i) }),
        ];
        var plan = new WorkPlan
        {
            Job = "j",
            Sharding = Sharding.Balanced,
            HostCount = 2,
            Hosts = [.. Balancer.Assign(Cut(files), 2).Select((units, rank) => new HostWork(units, rank))],
            Schema = [new("stars", ColumnType.Int64)],
        };
        var paths = new ContainerPaths(Directory.CreateTempSubdirectory("plan-").FullName);
        Directory.CreateDirectory(paths.Config);
        foreach (var (name, content) in PlanFiles.Write(plan))
        {
            File.WriteAllBytes(Path.Combine(paths.Config, name), content);
        }

        var back = (await PlanFiles.ReadAsync(paths, TestContext.Current.CancellationToken))!;

        Assert.Equal((plan.Job, plan.HostCount), (back.Job, back.HostCount));
        Assert.Equal(plan.Schema, back.Schema);
        foreach (var (rank, work) in plan.Hosts.Index())
        {
            var own = await PlanFiles.ReadHostAsync(paths, rank, TestContext.Current.CancellationToken);
            Assert.Equal(work.Units, own.Units);
            Assert.Equal(rank, own.Committed);
        }

        Directory.Delete(paths.Root, recursive: true);
    }
}
