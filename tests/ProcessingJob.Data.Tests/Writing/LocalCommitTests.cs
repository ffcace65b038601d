using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Writing;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Tests;

public sealed class LocalCommitTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-data-").FullName;
    static readonly OutputColumn[] Columns = [new("id", ColumnKind.Int64), new("embedding", ColumnKind.ListFloat)];
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Commit_Unit_PublishesFilesThenRecord()
    {
        var store = new LocalStore(Path.Combine(_folder, "output"));
        await store.ProbeAsync(Token);
        var record = await WriteAsync(store, 250, rowsPerPart: 100);

        Assert.Equal([100, 100, 50], record.Parts.Select(p => p.Rows));
        Assert.Equal(250, record.RowsOut);
        Assert.Equal(
            ["data/part-00-1.parquet", "data/part-00-2.parquet", "data/part-00.parquet"],
            record.Parts.Select(p => p.Path.Replace(record.Unit, "00")).Order(StringComparer.Ordinal)
        );
        foreach (var part in record.Parts.Append(record.RejectFile!))
        {
            var path = Path.Combine(store.Location, part.Path);
            Assert.Equal(part.Bytes, new FileInfo(path).Length);
            Assert.Equal(part.Sha256, Fingerprints.OfFile(path));
        }
        Assert.Contains(record.Unit, await store.ListCommittedAsync(Token));
        Assert.Equal(ContractJson.Write(record), ContractJson.Write(await store.ReadCommitAsync(record.Unit, Token)));
        Assert.Empty(Directory.EnumerateFiles(store.Staging, "*.tmp"));
    }

    [Fact]
    public async Task Commit_SameRows_GivesTheSameBytes()
    {
        var first = await WriteAsync(new LocalStore(Path.Combine(_folder, "a")), 3000);
        var second = await WriteAsync(new LocalStore(Path.Combine(_folder, "b")), 3000);
        Assert.Equal(ContractJson.Write(first), ContractJson.Write(second));
    }

    [Fact]
    public async Task Commit_TwoAttemptsAtOnce_OneWinsAndNothingIsMixed()
    {
        var store = new LocalStore(Path.Combine(_folder, "output"));
        var records = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(seed => Task.Run(() => WriteAsync(store, 500, rowsPerPart: 100, seed: seed)))
        );
        Assert.Single(records.Select(r => Convert.ToHexString(ContractJson.Write(r))).Distinct());
        foreach (var part in records[0].Parts)
        {
            Assert.Equal(part.Sha256, Fingerprints.OfFile(Path.Combine(store.Location, part.Path)));
        }
    }

    [Fact]
    public async Task Dispose_WithoutCommit_LeavesNothing()
    {
        var store = new LocalStore(Path.Combine(_folder, "output"));
        await using (var writer = NewWriter(store, 10))
        {
            await writer.WriteAsync(Block(25, 0), Token);
        }

        Assert.False(Directory.Exists(store.Location));
        Assert.Empty(Directory.EnumerateFiles(store.Staging));
    }

    [Fact]
    public async Task Commit_RowsDoNotAddUp_FailsAndCommitsNothing()
    {
        var store = new LocalStore(Path.Combine(_folder, "output"));
        await using var writer = NewWriter(store, 10);
        var e = await Assert.ThrowsAsync<PJobException>(() => writer.CommitAsync(new(5, 3, 0, 0), Token));
        Assert.Contains("do not add up", e.Message);
    }

    [Fact]
    public async Task Write_DiskFull_FailsAndNamesTheFile()
    {
        await using var writer = NewWriter(new FullStore(), 1_000_000);
        var e = await Assert.ThrowsAsync<PJobException>(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                await writer.WriteAsync(Block(1000, i), Token);
            }

            await writer.CommitAsync(new(200_000, 200_000, 0, 0), Token);
        });
        Assert.Contains("No space left", e.Message);
        Assert.Contains("volume_gb", e.Message);
    }

    [Fact]
    public async Task Write_Splits_SendEachRowToItsFolder()
    {
        var store = new LocalStore(Path.Combine(_folder, "output"));
        await using var writer = new UnitWriter(store, Unit, Columns, new() { Splits = ["train", "test"] });
        var block = Block(10, 0);
        for (var i = 0; i < 10; i++)
        {
            block.AddSplit(i % 3 == 0 ? 1 : 0);
        }

        await writer.WriteAsync(block, Token);
        var record = await writer.CommitAsync(new(10, 10, 0, 0), Token);
        Assert.Equal([("train", 6L), ("test", 4L)], record.Parts.Select(p => (p.Split!, p.Rows)));
        Assert.StartsWith("data/split=train/train-part-", record.Parts[0].Path);
    }

    static WorkUnit Unit => WorkUnit.Create("a.csv", InputFormat.Csv, 0, 10, 10, "v", "s", "m");

    static UnitWriter NewWriter(IOutputStore store, int rowsPerPart) => new(store, Unit, Columns, new() { RowsPerPart = rowsPerPart });

    static async Task<UnitRecord> WriteAsync(LocalStore store, int rows, int rowsPerPart = 100_000, int seed = 0)
    {
        await using var writer = NewWriter(store, rowsPerPart);
        await writer.WriteAsync(Block(rows, seed), Token);
        await writer.RejectAsync(new("a.csv", 1, 2, RejectReason.BadRecord, "no", "the row \u2028 \ud800"), Token);
        return await writer.CommitAsync(new(rows + 1, rows, 7, 3), Token);
    }

    static ColumnBlock Block(int rows, int seed)
    {
        var random = new Random(seed);
        var block = new ColumnBlock(Columns);
        var values = new float[16];
        for (var i = 0; i < rows; i++)
        {
            block.Get<ValueColumn<long>>("id").Append(i);
            for (var k = 0; k < values.Length; k++)
            {
                values[k] = random.NextSingle();
            }

            block.Get<ListColumn<float>>("embedding").Append(values);
        }
        return block;
    }

    /// <summary>A store of which only staging is asked for.</summary>
    sealed class FullStore : IOutputStore
    {
        public string Location => "/dev/full";

        public Task<StagedFile> StageAsync(string path, CancellationToken cancellationToken) =>
            Task.FromResult<StagedFile>(new FullFile(path));

        public Task ProbeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<StoredFile> ListAsync(string prefix, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<LocalCopy?> CopyAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task DeleteAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<UnitRecord> CommitAsync(UnitRecord record, IReadOnlyList<StagedFile> files, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    /// <summary>The kernel's own full device.</summary>
    sealed class FullFile(string path) : StagedFile(path)
    {
        public override Stream Stream { get; } = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);

        public override Task FinishAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task PublishAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override ValueTask DisposeAsync() => Stream.DisposeAsync();
    }
}
