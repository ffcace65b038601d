using Microsoft.Extensions.Time.Testing;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Storage;
using ProcessingJob.Storage.Tests;

namespace ProcessingJob.Data.Tests.Finalizing;

public sealed class OutputFinisherTests(S3Fixture server) : IClassFixture<S3Fixture>, IDisposable
{
    readonly OutputBench _bench = new();
    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Finish_CommittedUnits_WritesTheManifestOnceAndLeavesItThen()
    {
        _bench.Commit("b", 5, rejected: 1);
        _bench.Commit("a", 10);
        await ClaimAsync();

        var first = await FinishAsync();
        Assert.Equal((false, 2, 15L, 14L), (first.Already, first.Manifest.Units, first.Manifest.RowsIn, first.Manifest.RowsOut));
        Assert.Equal("a", Source(first.Manifest.Parts[0]));
        Assert.True(_bench.Has("_SUCCESS"));
        var written = await File.ReadAllTextAsync(_bench.Path("_manifest.json"), TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.True((await FinishAsync()).Already);
        Assert.Equal(written, await File.ReadAllTextAsync(_bench.Path("_manifest.json"), TestContext.Current.CancellationToken));

        _bench.Commit("c", 1);
        Assert.Equal((false, 3), ((await FinishAsync()) is var third ? (third.Already, third.Manifest.Units) : default));
    }

    [Theory]
    [InlineData("_commits/")]
    [InlineData(".pjob/job.json")]
    [InlineData("_manifest.json")]
    public async Task Finish_FileOfANewerFormat_IsRefusedAndNothingIsWritten(string file)
    {
        var unit = _bench.Commit("a", 10);
        await ClaimAsync();
        await FinishAsync();
        var path = _bench.Path(file == "_commits/" ? OutputLayout.Commit(unit.Id) : file);
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var newer = text.Replace($"\"format\": {FormatStamp.Newest}", $"\"format\": {FormatStamp.Newest + 1}", StringComparison.Ordinal);
        Assert.NotEqual(text, newer);
        await File.WriteAllTextAsync(path, newer, TestContext.Current.CancellationToken);

        var e = await Assert.ThrowsAsync<PJobException>(FinishAsync);

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains($"written by pjob {ProductVersion.Text} (format {FormatStamp.Newest + 1})", e.Message, StringComparison.Ordinal);
        Assert.Equal(newer, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task CommittedUnits_RecordOfANewerFormat_IsRefusedAndNotDoneAgain()
    {
        var unit = _bench.Commit("a", 10, change: r => r with { Pjob = new FormatStamp(FormatStamp.Newest + 1, "9.0.0") });

        var e = await Assert.ThrowsAsync<PJobException>(() =>
            CommittedUnits.FindAsync(
                _bench.Store,
                [new(unit.Source, unit.Size, unit.Version)],
                () => new HashSet<string> { unit.Id },
                _bench.Identity,
                cancellationToken: TestContext.Current.CancellationToken
            )
        );

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("written by pjob 9.0.0", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finish_OnS3_IsTheSame()
    {
        _bench.Commit("a", 10);
        await ClaimAsync();
        var store = new S3Store(server.Client(), S3Uri.Parse($"s3://{await server.NewBucketAsync()}/out", "output"));
        var root = _bench.Store.Location;
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            await store.WriteAsync(Path.GetRelativePath(root, file), await File.ReadAllBytesAsync(file));
        }

        Assert.False((await new OutputFinisher(store, _time).FinishAsync()).Already);
        Assert.NotNull(await store.ReadAsync("_SUCCESS"));
        Assert.True((await new OutputFinisher(store, _time).FinishAsync()).Already);
    }

    [Fact]
    public async Task Finish_UnitsOfTwoSpecs_NamesBoth()
    {
        _bench.Commit("a", 1);
        _bench.Commit("b", 1, change: r => r with { SpecFingerprint = "0123" });
        await ClaimAsync();
        await FailsAsync(
            ExitCode.BadSpec,
            "holds units of two specs",
            "0123 (1 units, b first)",
            $"{_bench.Identity.SpecFingerprint} (1 units, a first)"
        );
    }

    [Fact]
    public async Task Finish_UnitsOfAnotherModelThanTheOutput_NamesBoth()
    {
        _bench.Commit("a", 1, change: r => r with { ModelFingerprint = "other" });
        await ClaimAsync();
        await FailsAsync(ExitCode.BadSpec, "holds units of two models: other (1 units, a first), but .pjob/job.json is of model");
    }

    [Fact]
    public async Task Finish_FileInTwoVersions_IsRefused()
    {
        _bench.Commit("a", 1);
        var twice = _bench.Commit("b", 1);
        _bench.Commit("c", 1, change: r => r with { SourceFile = "b", Version = "w" });
        await ClaimAsync();
        await FailsAsync(ExitCode.BadSpec, "b was read in two versions", twice.Id);
    }

    [Theory]
    [InlineData(0, 60, "bytes 60-100 of a are in no committed unit")]
    [InlineData(40, 100, "bytes 0-40 of a are in no committed unit")]
    public async Task Finish_RangeOfAFileWithoutAUnit_IsNamed(long start, long end, string expected)
    {
        _bench.Commit("a", 1, change: r => r with { Start = start, End = end });
        await ClaimAsync();
        await FailsAsync(ExitCode.Failed, expected);
    }

    [Fact]
    public async Task Finish_RangesThatOverlap_AreRefused()
    {
        _bench.Commit("a", 1);
        _bench.Commit("b", 1, change: r => r with { SourceFile = "a", Start = 50 });
        await ClaimAsync();
        await FailsAsync(ExitCode.BadSpec, "bytes 50-100 of a are in two units");
    }

    [Fact]
    public async Task Finish_InputFileWithoutAUnit_IsNamed()
    {
        _bench.Commit("a", 1);
        await ClaimAsync();
        var e = await Assert.ThrowsAsync<PJobException>(() => new OutputFinisher(_bench.Store, _time).FinishAsync(["a", "new.csv"]));
        Assert.Contains("no unit of new.csv is committed; fix: run the job again", e.Message, StringComparison.Ordinal);
        Assert.False(_bench.Has("_SUCCESS"));
    }

    [Fact]
    public async Task Finish_FilesOfNoUnit_AreRefusedUnlessTheyAreToBeRemoved()
    {
        const string orphan = "data/part-0123456789abcdef.jsonl";
        _bench.Commit("a", 1);
        _bench.Write(orphan, "{}");
        await ClaimAsync();
        await FailsAsync(ExitCode.Failed, $"{orphan} belong to no committed unit");
        Assert.True(_bench.Has(orphan));

        var done = await new OutputFinisher(_bench.Store, _time).FinishAsync(removeOrphans: true);
        Assert.Equal([orphan], done.Removed);
        Assert.False(_bench.Has(orphan));
    }

    [Fact]
    public async Task Finish_NothingThere_SaysSo()
    {
        await FailsAsync(ExitCode.BadSpec, "has no .pjob/job.json");
        await ClaimAsync();
        await FailsAsync(ExitCode.BadSpec, "no unit is committed");
    }

    [Fact]
    public async Task Check_OutputWrittenWithoutAPlan_SendsTheLauncherToFinish()
    {
        _bench.Commit("a", 1);
        await ClaimAsync();
        await (_bench.Identity with { Planned = false }).CheckAsync(_bench.Store);
        var e = await Assert.ThrowsAsync<PJobException>(() => _bench.Identity.CheckAsync(_bench.Store));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains($"was written without a plan", e.Message, StringComparison.Ordinal);
        Assert.Contains($"'pjob finish {_bench.Store.Location}'", e.Message, StringComparison.Ordinal);
    }

    string Source(PartRecord part) =>
        ContractJson
            .Read<UnitRecord>(File.ReadAllBytes(_bench.Path(OutputLayout.Commit(OutputNames.UnitOf(part.Path)!))), "record")
            .FirstFile;

    Task ClaimAsync() => (_bench.Identity with { Planned = false }).ClaimAsync(_bench.Store);

    Task<FinishedUnits> FinishAsync() => new OutputFinisher(_bench.Store, _time).FinishAsync();

    async Task FailsAsync(ExitCode code, params string[] expected)
    {
        var e = await Assert.ThrowsAsync<PJobException>(FinishAsync);
        Assert.Equal(code, e.ExitCode);
        Assert.All(expected, text => Assert.Contains(text, e.Message, StringComparison.Ordinal));
        Assert.False(_bench.Has("_SUCCESS"));
    }
}
