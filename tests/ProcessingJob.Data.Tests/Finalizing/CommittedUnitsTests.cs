using CsCheck;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Data.Tests.Finalizing;

/// <summary>What an output keeps when its input changes, and when other hosts gather the same files otherwise.</summary>
public sealed class CommittedUnitsTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly LocalStore _store;
    readonly OutputIdentity _identity = new(new JobSpec(), "model");

    public CommittedUnitsTests() => _store = LocalStore.Within(_folder["out"]);

    public void Dispose() => _folder.Dispose();

    static SourceFile[] Files(int count) => [.. Enumerable.Range(0, count).Select(i => new SourceFile($"f{i:000}.csv", 100, "v"))];

    [Fact]
    public void Find_AnyChangesOfTheInput_KeepsUnitsOfUnchangedFilesAndEveryFileOnce() =>
        Gen.Select(Gen.Int[9, 60], Gen.Int[9, 60], Gen.Int[0, int.MaxValue])
            .Sample(
                (before, after, seed) =>
                {
                    var random = new Random(seed);
                    using var folder = new TempFolder();
                    var store = LocalStore.Within(folder["out"]);
                    var old = Cut(Files(before));
                    foreach (var unit in old)
                    {
                        CommitAsync(store, unit).GetAwaiter().GetResult();
                    }

                    SourceFile[] now = [.. Files(after).Select(f => random.Next(20) == 0 ? f with { Version = "w" } : f)];
                    var work = FindAsync(store, now).GetAwaiter().GetResult();

                    var same = now.Where(f => f.Version == "v").Select(f => f.Source).ToHashSet();
                    Assert.Equal(
                        old.Where(u => u.Pieces.All(p => same.Contains(p.Source))).Select(u => u.Id),
                        work.Units.Select(u => u.Id)
                    );
                    var left = UnitCutter.Cut(now, f => work.Files.Contains(f.Source), new JobSpec(), _identity.SpecFingerprint, "model");
                    Assert.Equal(
                        now.Select(f => f.Source),
                        work.Units.Concat(left).SelectMany(u => u.Pieces).Select(p => p.Source).Order(StringComparer.Ordinal)
                    );
                    Assert.Empty(work.Redone);
                },
                iter: 25,
                threads: 1
            );

    [Fact]
    public async Task Find_TwoUnitsWithOneFile_KeepsOneAndHasTheOtherRedone()
    {
        var files = Files(20);
        var (a, b) = (Gather(files[..10]), Gather(files[9..]));
        await CommitAsync(_store, a);
        await CommitAsync(_store, b);

        var work = await FindAsync(_store, files);

        Assert.Single(work.Units);
        Assert.Equal([a.Id, b.Id], work.Ids.Concat(work.Redone).Order(Comparer<string>.Create((x, y) => x == a.Id ? -1 : 1)));
        Assert.Equal(work.Ids.Contains(a.Id) ? 10 : 11, work.Files.Count);
    }

    [Fact]
    public async Task Find_UnitWhosePartIsGone_IsRedone()
    {
        var unit = Gather(Files(10));
        await CommitAsync(_store, unit);
        File.Delete(_store.PathOf(OutputLayout.Part(unit.Id, 0, null, ".jsonl")));

        var work = await FindAsync(_store, Files(10));

        Assert.Equal((0, unit.Id), (work.Units.Count, Assert.Single(work.Redone)));
    }

    [Fact]
    public async Task Find_RangesOfAnEarlierCut_CountWhereTheyMakeUpTheFile()
    {
        var file = new SourceFile("a.csv", 300, "v");
        await CommitAsync(_store, Range(file, 0, 100));
        await CommitAsync(_store, Range(file, 100, 300));
        Assert.Equal((2, "a.csv"), ((await FindAsync(_store, [file])) is var work ? (work.Units.Count, work.Files.Single()) : default));

        await CommitAsync(_store, Range(file, 50, 120));
        Assert.Empty((await FindAsync(_store, [file])).Units);
    }

    [Fact]
    public async Task Finish_WithoutAPlan_TakesGatheredUnitsAndMissesNoFile()
    {
        var files = Files(30);
        await _identity.ClaimAsync(_store);
        foreach (var unit in Cut(files))
        {
            await CommitAsync(_store, unit);
        }

        var finisher = new OutputFinisher(_store, TimeProvider.System);
        var e = await Assert.ThrowsAsync<PJobException>(() => finisher.FinishAsync([.. files.Select(f => f.Source), "new.csv"]));
        Assert.Contains("no unit of new.csv is committed", e.Message);
        var done = await finisher.FinishAsync([.. files.Select(f => f.Source)]);
        Assert.Equal(30, done.Manifest.RowsIn);
        Assert.Equal(Fingerprints.OfItems(files.Select(f => (f.Source, f.Version))), done.Manifest.DataFingerprint);

        await CommitAsync(_store, Gather([files[3], files[4]]));
        e = await Assert.ThrowsAsync<PJobException>(() => finisher.FinishAsync());
        Assert.Contains("f003.csv are in two units", e.Message);
    }

    [Fact]
    public async Task Record_OfAGatheredUnit_IsRefusedByVersionsThatDoNotKnowIt()
    {
        await CommitAsync(_store, Gather(Files(3)));
        var json = await File.ReadAllTextAsync(Directory.GetFiles(_store.PathOf("_commits"))[0], TestContext.Current.CancellationToken);

        Assert.DoesNotContain("\"source_file\"", json);
        Assert.Contains("""["f000.csv",100,"v"],["f001.csv",100,"v"]""", json);
    }

    WorkUnit Gather(SourceFile[] files) => WorkUnit.Gather(files, InputFormat.Csv, _identity.SpecFingerprint, "model");

    WorkUnit Range(SourceFile file, long start, long end) =>
        WorkUnit.Create(file.Source, InputFormat.Csv, start, end, file.Size, file.Version, _identity.SpecFingerprint, "model");

    IReadOnlyList<WorkUnit> Cut(SourceFile[] files) => UnitCutter.Cut(files, new JobSpec(), _identity.SpecFingerprint, "model");

    Task<CommittedWork> FindAsync(LocalStore store, SourceFile[] files) =>
        CommittedUnits.FindAsync(store, files, () => Cut(files).Select(u => u.Id).ToHashSet(), _identity);

    /// <summary>A unit with a row a file.</summary>
    async Task CommitAsync(LocalStore store, WorkUnit unit)
    {
        var rows = unit.Pieces.Count();
        var path = OutputLayout.Part(unit.Id, 0, null, ".jsonl");
        await store.WriteAsync(path, new byte[rows]);
        var record = unit.ToRecord() with
        {
            SpecFingerprint = _identity.SpecFingerprint,
            ModelFingerprint = _identity.ModelFingerprint,
            RowsIn = rows,
            RowsKept = rows,
            RowsOut = rows,
            Parts = [new(path, rows, rows, "")],
        };
        await store.WriteAsync(OutputLayout.Commit(unit.Id), ContractJson.Write(record));
    }
}
