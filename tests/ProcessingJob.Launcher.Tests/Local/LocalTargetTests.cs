using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Local;

public class LocalTargetTests
{
    const int Rows = 10 + 15 + 20 + 25 + 30;

    [Theory]
    [InlineData(Sharding.Balanced)]
    [InlineData(Sharding.ByKey)]
    public async Task Run_OneTwoAndSevenHosts_WritesTheSameFiles(Sharding sharding)
    {
        SortedDictionary<string, string>? first = null;
        foreach (var hosts in new[] { 1, 2, 7 })
        {
            using var bench = new LocalBench();
            var spec = bench.Spec(hosts);
            var result = await bench.RunAsync(spec with { Input = spec.Input with { Sharding = sharding } });
            Assert.Equal((JobState.Completed, ExitCode.Done, (long?)Rows), (result.Status, result.Code, result.Counts?.RowsIn));
            Assert.Equal(hosts, result.Hosts.Count);
            Assert.Equal(hosts, Directory.GetFiles(Path.Combine(bench.Output, "_reports")).Length);
            Assert.Equal(first ??= bench.Snapshot(), bench.Snapshot());
        }
        Assert.Equal(10, first!.Count);
    }

    [Fact]
    public async Task Run_Again_SaysAlreadyCompleteAndStartsNothing()
    {
        using var bench = new LocalBench();
        await bench.RunAsync(bench.Spec(2));
        var again = await bench.RunAsync(bench.Spec(3), "*:exit:1");
        Assert.True(again.AlreadyComplete);
        Assert.Equal((ExitCode.Done, Rows), (again.Code, again.Counts!.RowsIn));
        Assert.Empty(again.Hosts);
    }

    [Theory]
    [InlineData("part gone")]
    [InlineData("part short")]
    [InlineData("record damaged")]
    [InlineData("record gone")]
    public async Task Run_FinishedOutputThatLostSomething_RedoesThatUnitAlone(string fault)
    {
        using var bench = new LocalBench();
        await bench.RunAsync(bench.Spec());
        var whole = bench.Snapshot();
        var file = Path.Combine(
            bench.Output,
            whole.Keys.First(f =>
                f.StartsWith(fault.StartsWith("part", StringComparison.Ordinal) ? "data/" : "_commits/", StringComparison.Ordinal)
            )
        );
        if (fault.EndsWith("gone", StringComparison.Ordinal))
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllText(file, "{");
        }

        var again = await bench.RunAsync(bench.Spec());
        // A record of the right name is not read while the output counts as finished: 'pjob check' does that.
        Assert.Equal((ExitCode.Done, fault == "record damaged"), (again.Code, again.AlreadyComplete));
        if (again.AlreadyComplete)
        {
            File.Delete(Path.Combine(bench.Output, "_SUCCESS"));
            again = await bench.RunAsync(bench.Spec());
        }
        Assert.Equal((ExitCode.Done, 4, 5), (again.Code, again.UnitsCommittedBefore, again.Units));
        Assert.Equal(whole, bench.Snapshot());
    }

    [Fact]
    public async Task Run_HostCrashes_FailsAndTheNextRunDoesOnlyWhatIsLeft()
    {
        using var whole = new LocalBench();
        await whole.RunAsync(whole.Spec());
        using var bench = new LocalBench();
        var failed = await bench.RunAsync(bench.Spec(1), "*:crash:2");
        Assert.Equal((JobState.Failed, ExitCode.Failed), (failed.Status, failed.Code));
        Assert.Contains("algo-1: ended by signal 6", failed.Message, StringComparison.Ordinal);
        Assert.False(bench.LooksFinished);

        var resumed = await bench.RunAsync(bench.Spec(3));
        Assert.Equal((ExitCode.Done, 2, 5), (resumed.Code, resumed.UnitsCommittedBefore, resumed.Units));
        Assert.Equal(whole.Snapshot(), bench.Snapshot());
    }

    [Theory]
    [InlineData(2, ExitCode.BadSpec)]
    [InlineData(3, ExitCode.Rejects)]
    [InlineData(4, ExitCode.Model)]
    [InlineData(1, ExitCode.Failed)]
    [InlineData(77, ExitCode.Failed)]
    public async Task Run_HostsFail_EndsWithTheirCodeAndMessage(int code, ExitCode expected)
    {
        using var bench = new LocalBench();
        var result = await bench.RunAsync(bench.Spec(2), $"*:exit:{code}");
        Assert.Equal(expected, result.Code);
        Assert.Contains("algo-", result.Message, StringComparison.Ordinal);
        Assert.Contains("told to fail", result.Message, StringComparison.Ordinal);
        Assert.False(bench.LooksFinished);
    }

    [Fact]
    public async Task Run_OneHostFails_StopsTheOthersAndKeepsWhatTheyCommitted()
    {
        using var bench = new LocalBench();
        var result = await bench.RunAsync(bench.Spec(2), "algo-1:exit:4,algo-2:hang:1");
        Assert.Equal(ExitCode.Model, result.Code);
        Assert.DoesNotContain("algo-2:", result.Message, StringComparison.Ordinal);
        Assert.True(bench.Snapshot().Count <= 2);
    }

    [Fact]
    public async Task Run_FirstFilesEmpty_TakesTheColumnsFromTheFirstThatIsNot()
    {
        using var bench = new LocalBench(files: 0);
        bench.Write("a.jsonl", "");
        bench.Write("b.jsonl", """{"text": "x", "n": 1.5}""" + "\n");
        bench.Write("c.jsonl", """{"text": "x", "n": 1}""" + "\n");
        var spec = bench.Spec() with
        {
            Input = new()
            {
                Data = bench.Path("data"),
                Text = ["text"],
                Keep = ["n"],
                AllowEmpty = true,
            },
        };
        Assert.Equal(ExitCode.Done, (await bench.RunAsync(spec)).Code);
        var plan = Assert.Single(bench.Events.OfType<JobPlanned>()).Plan;
        Assert.Equal([new KeptColumn("n", ColumnType.Double)], plan.Work.Schema);
    }

    [Fact]
    public async Task Run_ToItsEnd_HasEveryFolderOnTheDiskBeforeSuccessAndTheRootAfter()
    {
        using var bench = new LocalBench();
        var files = new RecordedFiles();
        var target = new LocalTarget { Worker = LocalBench.FakeWorker, OutputFiles = files };
        Assert.Equal(ExitCode.Done, (await target.RunAsync(bench.Spec(2), bench)).Code);

        var done = files.Done(bench.Output).ToList();
        var success = done.IndexOf("rename _SUCCESS");
        foreach (var folder in new[] { "data", "_commits", "_reports" })
        {
            var last = done.FindLastIndex(d => d.StartsWith($"rename {folder}/", StringComparison.Ordinal));
            Assert.InRange(last, 0, success);
            Assert.InRange(done.IndexOf($"sync {folder}", last), last + 1, success);
            Assert.Single(done, d => d == $"sync {folder}");
        }
        Assert.InRange(done.FindLastIndex(success, d => d == "sync ."), done.IndexOf("rename _manifest.json"), success);
        Assert.Equal("sync .", done[success + 1]);
    }

    [Fact]
    public async Task Run_ClockJumpsBackBetweenAndDuringRuns_ChangesNoResult()
    {
        using var whole = new LocalBench();
        await whole.RunAsync(whole.Spec());
        using var bench = new LocalBench();
        var time = new ClockThatGoesBack();
        await bench.RunAsync(bench.Spec(), "*:crash:2", time: time);
        var resumed = await bench.RunAsync(bench.Spec(3), time: time);
        Assert.Equal((ExitCode.Done, 2, 5), (resumed.Code, resumed.UnitsCommittedBefore, resumed.Units));
        Assert.InRange(resumed.Seconds, 0, 1e6);
        Assert.Equal(whole.Snapshot(), bench.Snapshot());
        Assert.True((await bench.RunAsync(bench.Spec(), time: time)).AlreadyComplete);
    }

    sealed class ClockThatGoesBack : TimeProvider
    {
        int _asked;

        public override DateTimeOffset GetUtcNow() =>
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddDays(-Interlocked.Increment(ref _asked));
    }

    [Fact]
    public async Task Run_PastMaxRuntime_StopsAndSaysSo()
    {
        using var bench = new LocalBench();
        var spec = bench.Spec();
        var result = await bench.RunAsync(spec with { Compute = spec.Compute with { MaxRuntime = TimeSpan.FromSeconds(1) } }, "*:hang:0");
        Assert.Equal(JobState.TimedOut, result.Status);
        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.False(bench.LooksFinished);
    }

    [Fact]
    public async Task Run_Cancelled_KeepsCommittedUnits()
    {
        using var bench = new LocalBench();
        using var cancel = new CancellationTokenSource();
        var run = bench.RunAsync(bench.Spec(), "*:hang:2", cancellationToken: cancel.Token);
        while (bench.Events.OfType<HostProgressed>().Count() < 2)
        {
            await Task.Delay(10);
        }

        await cancel.CancelAsync();
        var result = await run;
        Assert.Equal((JobState.Interrupted, ExitCode.Interrupted), (result.Status, result.Code));
        Assert.Equal(4, bench.Snapshot().Count);
    }

    [Fact]
    public async Task Run_FileChangedAndFileGone_RedoesTheOneAndRemovesTheOther()
    {
        using var bench = new LocalBench();
        await bench.RunAsync(bench.Spec());
        bench.Write("f1.txt", "new\n");
        File.Delete(bench.Path("data", "f2.txt"));
        var result = await bench.RunAsync(bench.Spec());
        Assert.Equal((ExitCode.Done, 3, 4), (result.Code, result.UnitsCommittedBefore, result.Units));
        Assert.Equal(Rows - 15 - 20 + 1, result.Counts!.RowsIn);
        Assert.Equal(4, result.Orphans.Count);
        Assert.Equal(8, bench.Snapshot().Count);
    }

    [Fact]
    public async Task Run_OutputOfOtherFiles_IsRefused()
    {
        using var bench = new LocalBench(files: 1);
        await bench.RunAsync(bench.Spec());
        File.Move(bench.Path("data", "f0.txt"), bench.Path("data", "other.txt"));
        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(bench.Spec()));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("f0.txt", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OtherSpecOrModel_IsRefusedByName()
    {
        using var bench = new LocalBench();
        await bench.RunAsync(bench.Spec());
        var other = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(bench.Spec() with { Tokens = new() { MaxLength = 64 } }));
        Assert.Equal(ExitCode.BadSpec, other.ExitCode);
        Assert.Contains("tokens.max_length (unset there, 64 now)", other.Message, StringComparison.Ordinal);
        File.WriteAllText(bench.Path("model", "config.json"), "{ }");
        var model = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(bench.Spec()));
        Assert.Contains("the model's files", model.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TooManyRejects_FailsWithSamplesAndPassesWithAHigherLimit()
    {
        using var bench = new LocalBench();
        bench.Write("f9.txt", "good\nbad one\n");
        var result = await bench.RunAsync(bench.Spec(2));
        Assert.Equal(ExitCode.Rejects, result.Code);
        Assert.Contains("1 of 102 rows were rejected (0.98 %)", result.Message, StringComparison.Ordinal);
        Assert.Contains("f9.txt row 0: bad_record: says bad", result.Message, StringComparison.Ordinal);
        Assert.False(bench.LooksFinished);

        var allowed = await bench.RunAsync(bench.Spec(2) with { Rejects = new() { MaxFraction = 0.01 } });
        Assert.Equal((ExitCode.Done, 6), (allowed.Code, allowed.UnitsCommittedBefore));
        Assert.Empty(allowed.Hosts);
    }

    [Fact]
    public async Task Run_LargeFileOnThreeHosts_SharesItAndLosesNoLine()
    {
        using var bench = new LocalBench(files: 0);
        bench.Write("big.txt", string.Concat(Enumerable.Range(0, 120_000).Select(n => $"line {n} of a file of some size\n")));
        var result = await bench.RunAsync(bench.Spec(3));
        Assert.Equal((4, 120_000), (result.Units, result.Counts!.RowsIn));
        var plan = bench.Events.OfType<JobPlanned>().Single().Plan;
        Assert.All(plan.Hosts, h => Assert.NotEmpty(h.Left));
    }

    [Fact]
    public async Task Run_LeavesNoHostFoldersAndDoesNotTouchTheInput()
    {
        using var bench = new LocalBench();
        await bench.RunAsync(bench.Spec(2));
        Assert.False(Directory.Exists(Path.Combine(bench.Output, ".pjob", "hosts")));
        Assert.Equal(5, Directory.GetFiles(bench.Path("data")).Length);
        Assert.True(File.Exists(bench.Path("model", "config.json")));
    }
}
