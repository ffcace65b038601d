using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Storage;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;
using ProcessingJob.Worker.Stages;
using ProcessingJob.Worker.Tasks;

namespace ProcessingJob.Worker.Tests;

/// <summary>
/// The stages over six units of 300 rows, with something going wrong in one of them: the run ends, says why, and leaves nothing half.
/// </summary>
public sealed class PipelineTests : IDisposable
{
    const int Units = 6,
        RowsPerUnit = 300,
        RowsPerBlock = 64;
    static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);
    static readonly string Model = ModelCache.Get(new());

    readonly TempFolder _folder = new();

    /// <summary>Every stage, with one lane and with several.</summary>
    public static TheoryData<Stage, int> Stages =>
        [.. Enum.GetValues<Stage>().SelectMany(stage => (int[])[1, 4], (stage, lanes) => new TheoryDataRow<Stage, int>(stage, lanes))];

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1), InlineData(2), InlineData(20)]
    public async Task RunAsync_NothingWrong_CommitsEveryRow(int lanes)
    {
        var rows = await RunAsync(_ => { }, default, lanes);
        Assert.Equal(Units * RowsPerUnit, rows);
        Assert.Equal(Units, Commits());
    }

    [Theory, MemberData(nameof(Stages))]
    public async Task RunAsync_StageFails_EndsWithItsErrorAndLeavesNothingHalf(Stage stage, int lanes)
    {
        var calls = 0;
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            RunAsync(
                    at =>
                    {
                        if (at == stage && Interlocked.Increment(ref calls) == 3)
                        {
                            throw new InvalidOperationException($"{at} broke");
                        }
                    },
                    default,
                    lanes
                )
                .WaitAsync(Hang)
        );
        Assert.Equal($"{stage} broke", e.Message);
        AssertNothingHalf();
    }

    [Theory, MemberData(nameof(Stages))]
    public async Task RunAsync_CancelledInAStage_EndsAndLeavesNothingHalf(Stage stage, int lanes)
    {
        using var source = new CancellationTokenSource();
        var calls = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            RunAsync(
                    at =>
                    {
                        if (at == stage && Interlocked.Increment(ref calls) == 3)
                        {
                            source.Cancel();
                        }
                    },
                    source.Token,
                    lanes
                )
                .WaitAsync(Hang)
        );
        AssertNothingHalf();
    }

    [Fact]
    public async Task RunAsync_CommitTakesLong_ReadsTheNextUnitMeanwhile()
    {
        var opened = 0;
        using var second = new ManualResetEventSlim();
        var rows = await RunAsync(
            at =>
            {
                if (at == Stage.Open && Interlocked.Increment(ref opened) == 2)
                {
                    second.Set();
                }

                Assert.True(at != Stage.Commit || second.Wait(Hang));
            },
            default,
            lanes: 1
        );
        Assert.Equal(Units * RowsPerUnit, rows);
    }

    [Fact]
    public async Task RunAsync_EngineFails_EndsWithItsError()
    {
        var calls = 0;
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            RunAsync(
                    _ => { },
                    default,
                    spoil: into =>
                    {
                        // An id that the model does not have.
                        if (Interlocked.Increment(ref calls) == RowsPerUnit + 1)
                        {
                            into.Add([1 << 30]);
                        }
                    }
                )
                .WaitAsync(Hang)
        );
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("fix: take the tokenizer that the model was made with", e.Message);
        AssertNothingHalf();
    }

    [Fact]
    public async Task RunAsync_DeviceIsLost_EndsWithItsErrorAndCommitsNoUnitInFlight()
    {
        var device = new LostDevice(after: 40);
        using var engine = InferenceEngine.Create(
            [device],
            new ModelOutput.RowVectors(64),
            64,
            new() { Device = DeviceKind.Cuda, TokenBudget = 128 }
        );

        var e = await Assert.ThrowsAsync<PJobException>(() => RunAsync(_ => { }, default, with: engine).WaitAsync(Hang));

        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.Contains("lost failed and cannot be used any more: Xid 79", e.Message);
        Assert.IsType<DeviceLostException>(e.InnerException);
        Assert.Equal(0, device.Recreated);
        AssertNothingHalf();
    }

    async Task<long> RunAsync(
        Action<Stage> at,
        CancellationToken cancellationToken,
        int lanes = 2,
        Action<EncodingBuffer>? spoil = null,
        InferenceEngine? with = null
    )
    {
        var units = Enumerable
            .Range(0, Units)
            .Select(u =>
            {
                var path = _folder.Write(
                    $"in/{u}.jsonl",
                    string.Concat(Enumerable.Range(0, RowsPerUnit).Select(r => $"{{\"text\":\"row {r} of {u}\"}}\n"))
                );
                return WorkUnit.Create(
                    $"{u}.jsonl",
                    InputFormat.Jsonl,
                    0,
                    new FileInfo(path).Length,
                    new FileInfo(path).Length,
                    "",
                    "",
                    ""
                );
            })
            .ToList();
        var spec = new JobSpec { Input = new() { Text = ["text"] } };
        var (tokenizer, model) = (Tokenizer.Load(Model), ModelFolder.Open(Model));
        using var own = with is null ? InferenceEngine.Create(model, new() { Device = DeviceKind.Cpu }) : null;
        var engine = with ?? own!;
        var parts = new TaskParts(spec, model, tokenizer, 64, "", new(_folder.Path));
        var (reader, totals) = (new RowReader(ReadOptions.From(spec, []) with { RowsPerBlock = RowsPerBlock }), new RunTotals(64));
        var output = CreateOutput();
        var store = new WatchedStore(new LocalStore(_folder["out"], _folder["staging"]), at);
        await store.ProbeAsync(default);
        var pipeline = new Pipeline(
            new(
                new WatchedData(new LocalData(_folder["in"]), at),
                reader,
                engine,
                CreateOutput,
                () => new(tokenizer.CreateEncoder(output.Task.Encoding), ""),
                unit => new UnitWriter(store, unit, output.Columns, new()),
                totals,
                lanes,
                2
            )
        );
        await pipeline.RunAsync(units, cancellationToken);
        Assert.Equal(Units, pipeline.UnitsDone);
        return totals.RowsOut;

        OutputRows CreateOutput() => new(new WatchedTask(parts, FeatureTasks.Create(parts), at, spoil), reader, spec, 64, null);
    }

    void AssertNothingHalf()
    {
        Assert.InRange(Commits(), 0, Units - 1);
        Assert.Equal(Commits(), Files("out/data"));
        Assert.Equal(0, Files("staging", "*.tmp"));
    }

    int Commits() => Files("out/_commits");

    int Files(string folder, string pattern = "*") =>
        Directory.Exists(_folder[folder]) ? Directory.GetFiles(_folder[folder], pattern, SearchOption.AllDirectories).Length : 0;

    public enum Stage
    {
        Open,
        Encode,
        Finish,
        Stage,
        Commit,
    }

    /// <summary>A GPU that works for some batches.</summary>
    sealed class LostDevice(int after) : IDevice, IRunner
    {
        int _batches;

        public string Name => "lost";

        public int Threads => 2;

        public int Recreated { get; private set; }

        public IRunner CreateRunner() => this;

        public void Recreate() => Recreated++;

        public void Run(in Batch batch, Span<float> output)
        {
            if (Interlocked.Increment(ref _batches) > after)
            {
                throw new DeviceLostException("Xid 79");
            }

            output.Fill(1);
        }

        public void Dispose() { }
    }

    sealed class WatchedTask(TaskParts parts, FeatureTask inner, Action<Stage> at, Action<EncodingBuffer>? spoil) : FeatureTask(parts)
    {
        public override IReadOnlyList<OutputColumn> Columns => inner.Columns;

        public override EncodeOptions Encoding => inner.Encoding;

        public override void Encode(RowBlock rows, int row, TextEncoder encoder, EncodingBuffer into)
        {
            at(Stage.Encode);
            inner.Encode(rows, row, encoder, into);
            spoil?.Invoke(into);
        }

        public override void Write(
            RowBlock rows,
            EncodingBuffer encodings,
            BlockResult? results,
            int call,
            int first,
            int count,
            ColumnBlock into
        )
        {
            at(Stage.Finish);
            inner.Write(rows, encodings, results, call, first, count, into);
        }
    }

    sealed class WatchedData(IDataRoot inner, Action<Stage> at) : IDataRoot
    {
        public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

        public Task<IByteSource> OpenAsync(WorkUnit unit, CancellationToken cancellationToken)
        {
            at(Stage.Open);
            return inner.OpenAsync(unit, cancellationToken);
        }
    }

    sealed class WatchedStore(IOutputStore inner, Action<Stage> at) : IOutputStore
    {
        public Task ProbeAsync(CancellationToken cancellationToken) => inner.ProbeAsync(cancellationToken);

        public Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken)
        {
            at(Stage.Stage);
            return inner.StageAsync(path, cancellationToken);
        }

        public Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken)
        {
            at(Stage.Commit);
            return inner.CommitAsync(record, files, cancellationToken);
        }

        public string Location => inner.Location;

        public IAsyncEnumerable<StoredFile> ListAsync(string prefix, CancellationToken cancellationToken) =>
            inner.ListAsync(prefix, cancellationToken);

        public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) => inner.ReadAsync(path, cancellationToken);

        public Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken) => inner.CopyAsync(path, cancellationToken);

        public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            inner.WriteAsync(path, content, cancellationToken);

        public Task DeleteAsync(string path, CancellationToken cancellationToken) => inner.DeleteAsync(path, cancellationToken);
    }
}
