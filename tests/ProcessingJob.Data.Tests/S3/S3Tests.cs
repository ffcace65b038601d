using Amazon.S3.Model;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;
using ProcessingJob.Storage;
using ProcessingJob.Storage.Tests;
using ProcessingJob.Testing;

namespace ProcessingJob.Data.Tests;

/// <summary>The SDK with its defaults against moto_server, and against a proxy that spoils what passes.</summary>
public sealed class S3Tests(S3Fixture server) : IClassFixture<S3Fixture>
{
    static readonly S3Options Quick = new() { RangeBytes = 50_000, RetryDelay = TimeSpan.FromMilliseconds(1) };
    static readonly string Lines = string.Join("\n", Enumerable.Range(0, 60_000).Select(i => $"line number {i}")) + "\n";
    static CancellationToken Token => TestContext.Current.CancellationToken;

    async Task<string> NewDataAsync(params (string Key, string Content)[] objects)
    {
        var bucket = await server.NewBucketAsync();
        foreach (var (key, content) in objects)
        {
            await server
                .Client()
                .PutObjectAsync(
                    new()
                    {
                        BucketName = bucket,
                        Key = key,
                        ContentBody = content,
                    },
                    Token
                );
        }

        return bucket;
    }

    [Fact]
    public async Task Read_KeysWithOddCharacters_AreFoundAndRead()
    {
        string[] names = ["a b.txt", "a+b.txt", "day=1/ü%20é.txt", "q?x=1&y#z.txt", "日本/語.txt", "~(!*)'.txt"];
        var bucket = await NewDataAsync([.. names.Select(n => ($"in/{n}", n + "\n"))]);
        var data = new S3Data(server.Client(), S3Uri.Parse($"s3://{bucket}/in", "data"), Quick);
        var files = await data.ListAsync(Token);
        Assert.Equal(names.Order(StringComparer.Ordinal), files.Select(f => f.Source));
        foreach (var file in files)
        {
            var unit = WorkUnit.Create(file.Source, InputFormat.Text, 0, file.Size, file.Size, file.Version, "s", "m");
            Assert.Equal(
                [file.Source],
                (await new ReadRows().AddAsync(new(Some.Options(new InputSpec())), unit, await data.OpenAsync(unit, Token))).Texts
            );
        }
    }

    [Fact]
    public async Task Read_ObjectChangedInMidRead_FailsAndCommitsNothingOfIt()
    {
        var bucket = await NewDataAsync(("in/a.txt", Lines));
        using var proxy = new FaultProxy(server.Endpoint);
        // The third range is asked for after the object has changed.
        proxy.Fault = (n, _) =>
        {
            if (n == 3)
            {
                server
                    .Client()
                    .PutObjectAsync(
                        new()
                        {
                            BucketName = bucket,
                            Key = "in/a.txt",
                            ContentBody = Lines.Replace('1', '2'),
                        },
                        Token
                    )
                    .GetAwaiter()
                    .GetResult();
            }

            return null;
        };
        var data = new S3Data(server.Client(proxy.Endpoint), S3Uri.Parse($"s3://{bucket}/in", "data"), Quick with { Parallel = 1 });
        var file = Assert.Single(await data.ListAsync(Token));
        var unit = WorkUnit.Create(file.Source, InputFormat.Text, 0, file.Size, file.Size, file.Version, "s", "m");
        var e = await Assert.ThrowsAsync<PJobException>(async () =>
            await new ReadRows().AddAsync(new(Some.Options(new InputSpec())), unit, await data.OpenAsync(unit, Token))
        );
        Assert.Contains("changed since it was planned", e.Message);
    }

    [Fact]
    public async Task Dispose_UploadWithoutCommit_LeavesNoUploadBehind()
    {
        var bucket = await server.NewBucketAsync();
        var store = new S3Store(server.Client(), S3Uri.Parse($"s3://{bucket}/out", "data"), Quick);
        var e = await Assert.ThrowsAsync<PJobException>(() => WriteAsync(store, 40_000, 1, rowsIn: 40_001));
        Assert.Contains("rows do not add up", e.Message);
        Assert.Empty(
            (
                await server.Client().ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket }, Token)
            ).MultipartUploads
                ?? []
        );
        Assert.Empty((await server.Client().ListObjectsV2Async(new() { BucketName = bucket }, Token)).S3Objects ?? []);
    }

    [Fact]
    public async Task Commit_UploadEndedBySomebody_SaysSo()
    {
        var bucket = await server.NewBucketAsync();
        using var proxy = new FaultProxy(server.Endpoint)
        {
            Fault = (_, request) => request.QueryString["partNumber"] is null ? null : "no upload",
        };
        var store = new S3Store(server.Client(proxy.Endpoint), S3Uri.Parse($"s3://{bucket}/out", "data"), Quick);

        var e = await Assert.ThrowsAsync<PJobException>(() => WriteAsync(store, 40_000, 1));

        Assert.Contains("S3 does not know the upload any more, somebody or a lifecycle rule ended it; fix: run the job again", e.Message);
    }

    [Fact]
    public async Task Commit_TwoAttemptsAtOnce_OneWinsAndNothingIsMixed()
    {
        var bucket = await server.NewBucketAsync();
        var store = new S3Store(server.Client(), S3Uri.Parse($"s3://{bucket}/out", "data"), Quick);
        var records = await Task.WhenAll(Task.Run(() => WriteAsync(store, 3000, 1)), Task.Run(() => WriteAsync(store, 3000, 2)));
        Assert.Equal(ContractJson.Write(records[0]), ContractJson.Write(records[1]));
        var part = Assert.Single(records[0].Parts);
        using var stored = await server.Client().GetObjectAsync(bucket, "out/" + part.Path, Token);
        Assert.Equal(
            part.Sha256,
            Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(stored.ResponseStream, Token))
        );
    }

    [Theory]
    [InlineData(null)]
    [InlineData("503")]
    [InlineData("500")]
    [InlineData("short")]
    [InlineData("done but 500")]
    public async Task Read_EveryThirdRequestSpoilt_GivesEveryLineOnce(string? fault)
    {
        var bucket = await NewDataAsync(("in/a.txt", Lines));
        using var proxy = new FaultProxy(server.Endpoint) { Fault = (n, _) => n % 3 == 1 ? fault : null };
        var data = new S3Data(server.Client(proxy.Endpoint), S3Uri.Parse($"s3://{bucket}/in", "data"), Quick);
        var file = Assert.Single(await data.ListAsync(Token));
        var rows = new ReadRows();
        var reader = new RowReader(Some.Options(new InputSpec()));
        for (long start = 0; start < file.Size; start += 300_000)
        {
            var unit = WorkUnit.Create(
                file.Source,
                InputFormat.Text,
                start,
                Math.Min(file.Size, start + 300_000),
                file.Size,
                file.Version,
                "s",
                "m"
            );
            await using var source = await data.OpenAsync(unit, Token);
            await rows.AddAsync(reader, unit, source);
        }
        Assert.Equal(60_000, rows.Texts.Count);
        Assert.Equal("line number 59999", rows.Texts[^1]);
        Assert.Equal(fault is not null, proxy.Seen.Any(s => s.EndsWith(fault ?? "-")));
    }

    [Theory]
    [InlineData("503", "did not answer in 10 tries")]
    [InlineData("403", "access denied (AccessDenied); the role needs s3:GetObject")]
    [InlineData("404", "no such object")]
    [InlineData("expired", "the credentials are refused: spoilt; fix: renew them")]
    public async Task Read_FaultThatStays_FailsAndSaysWhatToDo(string fault, string message)
    {
        using var proxy = new FaultProxy(server.Endpoint) { Fault = (_, _) => fault };
        var data = new S3Data(server.Client(proxy.Endpoint), S3Uri.Parse("s3://bucket/in", "data"), Quick);
        var unit = WorkUnit.Create("a.txt", InputFormat.Text, 0, 4, 4, "v", "s", "m");
        var e = await Assert.ThrowsAsync<PJobException>(async () =>
            await new ReadRows().AddAsync(new(Some.Options(new InputSpec())), unit, await data.OpenAsync(unit, Token))
        );
        Assert.StartsWith("s3://bucket/in/a.txt: ", e.Message);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public async Task Read_ObjectChangedSincePlanned_Fails()
    {
        var bucket = await NewDataAsync(("in/a.txt", "one\n"));
        var data = new S3Data(server.Client(), S3Uri.Parse($"s3://{bucket}/in", "data"), Quick);
        var file = Assert.Single(await data.ListAsync(Token));
        await server
            .Client()
            .PutObjectAsync(
                new()
                {
                    BucketName = bucket,
                    Key = "in/a.txt",
                    ContentBody = "two\n",
                },
                Token
            );
        var unit = WorkUnit.Create(file.Source, InputFormat.Text, 0, 4, 4, file.Version, "s", "m");
        var e = await Assert.ThrowsAsync<PJobException>(async () =>
            await new ReadRows().AddAsync(new(Some.Options(new InputSpec())), unit, await data.OpenAsync(unit, Token))
        );
        Assert.Contains("changed since it was planned", e.Message);
    }

    [Theory]
    [InlineData(100, null)]
    [InlineData(40_000, null)]
    [InlineData(24_000, "503")]
    [InlineData(12_000, "done but 500")]
    [InlineData(12_000, "409")]
    [InlineData(40_000, "409")]
    public async Task Commit_Unit_UploadsPartsThenRecord(int rows, string? fault)
    {
        var bucket = await server.NewBucketAsync();
        using var proxy = new FaultProxy(server.Endpoint) { Fault = (n, _) => n % 3 == 2 ? fault : null };
        var store = new S3Store(server.Client(proxy.Endpoint), S3Uri.Parse($"s3://{bucket}/out", "data"), Quick);
        await store.ProbeAsync(Token);
        var record = await WriteAsync(store, rows, 0);

        var part = Assert.Single(record.Parts);
        using var stored = await server.Client().GetObjectAsync(bucket, "out/" + part.Path, Token);
        using var bytes = new MemoryStream();
        await stored.ResponseStream.CopyToAsync(bytes, Token);
        Assert.Equal(part.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes.ToArray())));
        Assert.Equal([record.Unit], await store.ListCommittedAsync(Token));
        Assert.Equal(ContractJson.Write(record), ContractJson.Write(await store.ReadCommitAsync(record.Unit, Token)));
        var uploads = await server.Client().ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket }, Token);
        // An upload whose beginning was done but whose answer was lost stays: the bucket's lifecycle rule removes it.
        if (fault != "done but 500")
        {
            Assert.Empty(uploads.MultipartUploads ?? []);
        }
    }

    [Fact]
    public async Task Commit_LargeParquetPart_IsUploadedInPartsWhileItIsWritten()
    {
        var bucket = await server.NewBucketAsync();
        var store = new S3Store(server.Client(), S3Uri.Parse($"s3://{bucket}/out", "data"), Quick);
        await store.ProbeAsync(Token);
        var record = await WriteAsync(store, 60_000, 0);
        var part = Assert.Single(record.Parts);
        var stored = await server.Client().GetObjectMetadataAsync(bucket, "out/" + part.Path, Token);
        Assert.EndsWith($"-{(part.Bytes + (8 << 20) - 1) / (8 << 20)}\"", stored.ETag);
        Assert.True(part.Bytes > 16 << 20);
    }

    [Fact]
    public async Task Write_UploadEndedBySomebody_SaysSo()
    {
        var bucket = await server.NewBucketAsync();
        using var proxy = new FaultProxy(server.Endpoint)
        {
            Fault = (_, request) => request.QueryString["partNumber"] == "2" ? "no upload" : null,
        };
        var store = new S3Store(server.Client(proxy.Endpoint), S3Uri.Parse($"s3://{bucket}/out", "data"), Quick);
        var e = await Assert.ThrowsAsync<PJobException>(() => WriteAsync(store, 120_000, 0));
        Assert.Contains("S3 does not know the upload any more", e.Message);
    }

    [Fact]
    public async Task Commit_SecondAttempt_ReturnsTheFirstOnesRecord()
    {
        var bucket = await server.NewBucketAsync();
        var store = new S3Store(server.Client(), S3Uri.Parse($"s3://{bucket}/out", "data"), Quick);
        var first = await WriteAsync(store, 100, 1);
        var second = await WriteAsync(store, 100, 2);
        Assert.Equal(ContractJson.Write(first), ContractJson.Write(second));
    }

    [Fact]
    public async Task Commit_PartLeftByADeadAttempt_IsRecognised()
    {
        var bucket = await server.NewBucketAsync();
        var store = new S3Store(server.Client(), S3Uri.Parse($"s3://{bucket}/out", "data"), Quick);
        var record = await WriteAsync(store, 40_000, 1);
        await server.Client().DeleteObjectAsync(bucket, "out/" + OutputLayout.Commit(record.Unit), Token);
        Assert.Equal(ContractJson.Write(record), ContractJson.Write(await WriteAsync(store, 40_000, 1)));
    }

    static async Task<UnitRecord> WriteAsync(S3Store store, int rows, int seed, long? rowsIn = null)
    {
        OutputColumn[] columns = [new("id", ColumnKind.Int64), new("embedding", ColumnKind.ListFloat)];
        await using var writer = new UnitWriter(
            store,
            WorkUnit.Create("a", InputFormat.Csv, 0, 1, 1, "v", "s", "m"),
            columns,
            new() { Compression = OutputCompression.None }
        );
        var random = new Random(seed);
        using var block = new ColumnBlock(columns);
        var vector = new float[96];
        for (var i = 0; i < rows; i++)
        {
            block.Get<ValueColumn<long>>("id").Append(i);
            vector[i % 96] = random.NextSingle();
            block.Get<ListColumn<float>>("embedding").Append(vector);
        }
        await writer.WriteAsync(block, Token);
        return await writer.CommitAsync(new(rowsIn ?? rows, rows, 0, 0), Token);
    }
}
