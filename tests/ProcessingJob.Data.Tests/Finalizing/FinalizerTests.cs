using Microsoft.Extensions.Time.Testing;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Tests.Finalizing;

public sealed class FinalizerTests : IDisposable
{
    readonly OutputBench _bench = new();

    [Fact]
    public async Task Finish_AllThere_WritesManifestAndSuccess()
    {
        _bench.Commit("a", 10, rejected: 2);
        _bench.Commit("b", 5);
        var manifest = (await _bench.FinishAsync()).Manifest;
        Assert.Equal(
            (15L, 13L, 2L, 2, 2),
            (manifest.RowsIn, manifest.RowsOut, manifest.RejectedRows, manifest.Units, manifest.Parts.Count)
        );
        Assert.Equal(2, manifest.Rejects["bad_record"]);
        Assert.True(_bench.Has("_SUCCESS"));
        var read = ContractJson.Read<Manifest>(await File.ReadAllBytesAsync(_bench.Path("_manifest.json")), "manifest");
        Assert.Equal(
            (manifest.FinishedAt, manifest.RowsIn, manifest.SpecFingerprint),
            (read.FinishedAt, read.RowsIn, read.SpecFingerprint)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Finish_UnitsComputedInTwoWays_AreRefusedUnlessAllowed(bool allowed)
    {
        var (gpu, cpu) = (
            new ComputeRecord("CUDAExecutionProvider", "float16", true),
            new ComputeRecord("CPUExecutionProvider", "float32", false)
        );
        _bench.Commit("a", 1, change: r => r with { Computed = gpu });
        _bench.Commit("b", 1, change: r => r with { Computed = cpu });
        _bench.Commit("c", 1);
        var request = _bench.Request();
        request = request with { Spec = request.Spec with { Compute = new() { AllowMixedDevices = allowed } } };
        if (allowed)
        {
            Assert.Equal([cpu, gpu], (await _bench.Finalizer.FinishAsync(request)).Manifest.Computed);
            return;
        }

        var e = await Assert.ThrowsAsync<PJobException>(() => _bench.Finalizer.FinishAsync(request));
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("CUDAExecutionProvider, float16, attention fused", e.Message);
        Assert.Contains("compute.allow_mixed_devices: true", e.Message);
        Assert.False(_bench.Has("_SUCCESS"));
    }

    [Fact]
    public async Task FindAsync_CommittedUnits_TellHowTheyWereComputed()
    {
        var computed = new ComputeRecord("CUDAExecutionProvider", "float16", true);
        var unit = _bench.Commit("a", 1, change: r => r with { Computed = computed });
        var mixed = new JobSpec { Compute = new() { AllowMixedDevices = true } };

        Assert.Equal(computed, (await EarlierChoices.FindAsync(_bench.Store, new JobSpec(), [unit.Id])).Computed);
        Assert.Null((await EarlierChoices.FindAsync(_bench.Store, new JobSpec(), [])).Computed);
        Assert.Null((await EarlierChoices.FindAsync(_bench.Store, mixed, [unit.Id])).Computed);
    }

    [Fact]
    public async Task Finish_UnitWithoutRecord_NamesItAndWritesNothing()
    {
        _bench.Commit("a", 1);
        var unit = _bench.Commit("b.csv", 1);
        File.Delete(_bench.Path(OutputLayout.Commit(unit.Id)));
        await FailsAsync("1 of 2 units have no commit record, the first is b.csv 0-100");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("has 4 bytes, expected 3")]
    public async Task Finish_PartGoneOrOfAnotherSize_NamesIt(string fault)
    {
        var unit = _bench.Commit("a", 1);
        var part = OutputLayout.Part(unit.Id, 0, null, ".jsonl");
        if (fault == "missing")
        {
            File.Delete(_bench.Path(part));
        }
        else
        {
            _bench.Write(part, "{ }\n");
        }

        await FailsAsync($"{part}: {fault}");
    }

    [Fact]
    public async Task Finish_CountsThatDoNotAddUp_AreSaid()
    {
        _bench.Commit("a", 4, change: r => r with { RowsIn = 5 });
        await FailsAsync("5 rows in, but 4 kept + 0 rejected");
    }

    [Fact]
    public async Task Finish_RecordOfAnotherUnit_IsRefused()
    {
        _bench.Commit("a", 4, change: r => r with { SourceFile = "b" });
        await FailsAsync("is the record of b 0-100, expected a 0-100");
    }

    [Fact]
    public async Task Finish_RecordThatNamesAFileOutsideItsUnit_IsRefused()
    {
        _bench.Write("data/other.jsonl", "{}\n");
        _bench.Commit("a", 1, change: r => r with { Parts = [r.Parts[0] with { Path = "../../etc/passwd" }] });
        await FailsAsync("names ../../etc/passwd, which is no file of unit");
    }

    [Fact]
    public async Task Finish_DamagedRecord_NamesIt()
    {
        var unit = _bench.Commit("a", 1);
        _bench.Write(OutputLayout.Commit(unit.Id), "{\"unit\":");
        await FailsAsync($"{OutputLayout.Commit(unit.Id)}: damaged");
    }

    [Fact]
    public async Task Finish_TooManyRejects_ShowsTheFirstOnes()
    {
        _bench.Commit("a", 10, rejected: 6);
        var e = await Assert.ThrowsAsync<PJobException>(() => _bench.FinishAsync());
        Assert.Equal(ExitCode.Rejects, e.ExitCode);
        Assert.StartsWith(
            "6 of 10 rows were rejected (60.00 %), rejects.max_fraction allows 50.00 %\n  a row 0: bad_record: no\n  a row 1",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(5, e.Message.Split('\n').Length);
        Assert.False(_bench.Has("_SUCCESS"));
    }

    [Fact]
    public async Task Finish_NoRowsAtAll_IsNoFailure()
    {
        _bench.Commit("a", 0);
        Assert.Equal(0, (await _bench.FinishAsync()).Manifest.RowsIn);
    }

    [Fact]
    public async Task Finish_Orphans_AreRemovedAndNothingElseIs()
    {
        _bench.Commit("a", 1);
        string[] orphans =
        [
            "_commits/0123456789abcdef.json",
            "_rejects/part-0123456789abcdef.jsonl",
            "data/part-0123456789abcdef-1.parquet",
            "data/split=train/train-part-0123456789abcdef.parquet",
        ];
        string[] others = ["data/notes.txt", "data/part-1.parquet", "_rejects/readme", "_commits/x.json"];
        foreach (var file in orphans.Concat(others))
        {
            _bench.Write(file, "x");
        }

        Assert.Equal(orphans, (await _bench.FinishAsync(removeOrphans: false)).Orphans);
        Assert.All(orphans, o => Assert.True(_bench.Has(o)));
        Assert.Equal(orphans, (await _bench.FinishAsync()).Orphans);
        Assert.All(orphans, o => Assert.False(_bench.Has(o)));
        Assert.All(others, o => Assert.True(_bench.Has(o)));
    }

    [Fact]
    public async Task Finish_CutOffBeforeAnyOfItsWrites_IsNotFinishedAndEndsTheSameWhenRunAgain()
    {
        _bench.Commit("a", 10, rejected: 2);
        _bench.Commit("b", 5);
        string[] orphans = ["_commits/0123456789abcdef.json", "data/part-0123456789abcdef.jsonl"];
        // Two orphans to remove, the manifest, _SUCCESS.
        for (var writes = 0; writes < 4; writes++)
        {
            foreach (var orphan in orphans)
            {
                _bench.Write(orphan, "x");
            }

            var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
            await Assert.ThrowsAsync<IOException>(() =>
                new Finalizer(new DyingStore(_bench.Store, writes), time).FinishAsync(_bench.Request())
            );
            Assert.False(_bench.Has("_SUCCESS"));
            Assert.Null(await _bench.Finalizer.FindFinishedAsync(_bench.Identity, "data"));

            await _bench.FinishAsync();
            Assert.Equal(15, (await _bench.Finalizer.FindFinishedAsync(_bench.Identity, "data"))!.RowsIn);
            Assert.All(orphans, o => Assert.False(_bench.Has(o)));
            await _bench.Finalizer.ReopenAsync(new HashSet<string>());
        }
    }

    [Fact]
    public async Task Reopen_CutOffBeforeAnyOfItsWrites_NeverLeavesSuccessWithoutAManifest()
    {
        _bench.Commit("a", 1);
        await _bench.FinishAsync();
        await Assert.ThrowsAsync<IOException>(() =>
            new Finalizer(new DyingStore(_bench.Store, 1), TimeProvider.System).ReopenAsync(new HashSet<string>())
        );
        Assert.False(_bench.Has("_SUCCESS"));
        Assert.True(_bench.Has("_manifest.json"));
    }

    [Fact]
    public async Task Finish_ManifestThatCannotBeWritten_SaysSoAndLeavesNothing()
    {
        _bench.Commit("a", 1);
        Directory.CreateDirectory(_bench.Path("_manifest.json/x"));
        await FailsAsync("_manifest.json: cannot be written");
        Assert.Empty(Directory.GetFiles(_bench.Path(".pjob"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Reopen_UnitToBeDoneAnew_LosesItsRecordAlone()
    {
        var (whole, broken) = (_bench.Commit("a", 1), _bench.Commit("b", 1));
        await _bench.FinishAsync();
        await _bench.Finalizer.ReopenAsync(new HashSet<string> { broken.Id });
        Assert.True(_bench.Has(OutputLayout.Commit(whole.Id)));
        Assert.False(_bench.Has(OutputLayout.Commit(broken.Id)) || _bench.Has("_SUCCESS") || _bench.Has("_manifest.json"));
    }

    [Fact]
    public async Task Finish_PartsOfTwoSchemas_IsRefusedBeforeSuccessAndNamesColumnsAndTypes()
    {
        ColumnRecord[] columns = [new("n", "int64"), new("embedding", "list_float")];
        _bench.Commit("a", 2, change: r => r with { Columns = columns });
        _bench.Commit("b", 2, change: r => r with { Columns = [new("n", "double"), columns[1]] });
        _bench.Commit("empty", 1, rejected: 1, change: r => r with { Columns = [] });
        var e = await Assert.ThrowsAsync<PJobException>(() => _bench.FinishAsync());
        Assert.Contains("(of b) has n double", e.Message, StringComparison.Ordinal);
        Assert.Contains("(of a) has n int64", e.Message, StringComparison.Ordinal);
        Assert.Contains("fix: ", e.Message, StringComparison.Ordinal);
        Assert.False(_bench.Has("_SUCCESS") || _bench.Has("_manifest.json"));
    }

    [Fact]
    public async Task Finish_PartsOfOneSchema_Succeeds()
    {
        foreach (var source in new[] { "a", "b" })
        {
            _bench.Commit(source, 2, change: r => r with { Columns = [new("n", "int64")] });
        }

        await _bench.FinishAsync();
        Assert.True(_bench.Has("_SUCCESS"));
    }

    /// <summary>A store whose process ends before its n-th change.</summary>
    sealed class DyingStore(LocalStore store, int changes) : IOutputStore
    {
        int _left = changes;

        public string Location => store.Location;

        public IAsyncEnumerable<StoredFile> ListAsync(string prefix, CancellationToken cancellationToken = default) =>
            store.ListAsync(prefix, cancellationToken);

        public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default) =>
            store.ReadAsync(path, cancellationToken);

        public Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken = default) =>
            store.CopyAsync(path, cancellationToken);

        public Task ProbeAsync(CancellationToken cancellationToken) => store.ProbeAsync(cancellationToken);

        public Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken) => store.StageAsync(path, cancellationToken);

        public Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken) =>
            store.CommitAsync(record, files, cancellationToken);

        public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
            _left-- > 0 ? store.WriteAsync(path, content, cancellationToken) : throw new IOException("killed");

        public Task DeleteAsync(string path, CancellationToken cancellationToken = default) =>
            _left-- > 0 ? store.DeleteAsync(path, cancellationToken) : throw new IOException("killed");
    }

    [Fact]
    public async Task FindFinished_OnlyTheSameJob_IsFound()
    {
        _bench.Commit("a", 10, rejected: 5);
        await _bench.FinishAsync();
        var identity = _bench.Identity;
        Assert.NotNull(await _bench.Finalizer.FindFinishedAsync(identity, "data"));
        Assert.Null(await _bench.Finalizer.FindFinishedAsync(identity, "other"));
        Assert.Null(await _bench.Finalizer.FindFinishedAsync(identity with { ModelFingerprint = "other" }, "data"));
        Assert.Null(
            await _bench.Finalizer.FindFinishedAsync(
                identity with
                {
                    Spec = identity.Spec with { Tokens = new() { MaxLength = 8 } },
                },
                "data"
            )
        );
        Assert.Null(
            await _bench.Finalizer.FindFinishedAsync(
                identity with
                {
                    Spec = identity.Spec with { Rejects = new() { MaxFraction = 0.1 } },
                },
                "data"
            )
        );
        await _bench.Finalizer.ReopenAsync(new HashSet<string>());
        Assert.Null(await _bench.Finalizer.FindFinishedAsync(identity, "data"));
    }

    [Theory]
    [InlineData("part gone")]
    [InlineData("part short")]
    [InlineData("rejects gone")]
    [InlineData("record gone")]
    [InlineData("manifest damaged")]
    public async Task FindFinished_OutputThatLostSomething_IsNotFinished(string fault)
    {
        var unit = _bench.Commit("a", 10, rejected: 5);
        await _bench.FinishAsync();
        var part = OutputLayout.Part(unit.Id, 0, null, ".jsonl");
        switch (fault)
        {
            case "part gone":
                File.Delete(_bench.Path(part));
                break;
            case "part short":
                _bench.Write(part, "{}\n");
                break;
            case "rejects gone":
                File.Delete(_bench.Path(OutputLayout.Rejects(unit.Id)));
                break;
            case "record gone":
                File.Delete(_bench.Path(OutputLayout.Commit(unit.Id)));
                break;
            default:
                _bench.Write(OutputLayout.Manifest, "");
                break;
        }
        Assert.Null(await _bench.Finalizer.FindFinishedAsync(_bench.Identity, "data"));
    }

    public void Dispose() => _bench.Dispose();

    async Task FailsAsync(string expected)
    {
        var e = await Assert.ThrowsAsync<PJobException>(() => _bench.FinishAsync());
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.False(_bench.Has("_SUCCESS") || _bench.Has("_manifest.json"));
    }
}
