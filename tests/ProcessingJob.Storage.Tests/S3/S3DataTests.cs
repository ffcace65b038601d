using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Storage.Tests;

public sealed class S3DataTests(S3Fixture server) : IClassFixture<S3Fixture>
{
    static readonly S3Options Quick = new() { RangeBytes = 50_000, RetryDelay = TimeSpan.FromMilliseconds(1) };
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
    public async Task List_Prefix_GivesDataFilesInOrder()
    {
        var bucket = await NewDataAsync(
            ("in/b.txt", "b"),
            ("in/a/c.txt", "cc"),
            ("in/_SUCCESS", ""),
            ("in/.hidden/x.txt", "x"),
            ("other/d.txt", "d")
        );
        var files = await new S3Data(server.Client(), S3Uri.Parse($"s3://{bucket}/in", "data")).ListAsync(Token);
        Assert.Equal([("a/c.txt", 2L), ("b.txt", 1L)], files.Select(f => (f.Source, f.Size)));
        Assert.Equal(32, files[0].Version.Length);
    }

    [Fact]
    public async Task List_MoreThanAPage_GivesAll()
    {
        var bucket = await server.NewBucketAsync();
        await Parallel.ForAsync(
            0,
            1005,
            Token,
            async (i, token) =>
                await server
                    .Client()
                    .PutObjectAsync(
                        new()
                        {
                            BucketName = bucket,
                            Key = $"p/{i:0000}.txt",
                            ContentBody = "x",
                        },
                        token
                    )
        );
        Assert.Equal(1005, (await new S3Data(server.Client(), S3Uri.Parse($"s3://{bucket}/p/", "data")).ListAsync(Token)).Count);
    }

    [Fact]
    public async Task Read_RequestThatHangs_IsAskedAgain()
    {
        var bucket = await NewDataAsync(("in/a.txt", "a\nb\n"));
        using var proxy = new FaultProxy(server.Endpoint) { Fault = (n, _) => n == 0 ? "hang" : null };
        var data = new S3Data(
            server.Client(proxy.Endpoint),
            S3Uri.Parse($"s3://{bucket}/in", "data"),
            Quick with
            {
                Timeout = TimeSpan.FromMilliseconds(500),
            }
        );
        Assert.Single(await data.ListAsync(Token));
    }

    [Fact]
    public async Task List_AnswerCutOff_IsAskedAgain()
    {
        var bucket = await NewDataAsync(("in/a.txt", "a\n"));
        using var proxy = new FaultProxy(server.Endpoint) { Fault = (n, _) => n == 0 ? "cut 200" : null };
        Assert.Single(await new S3Data(server.Client(proxy.Endpoint), S3Uri.Parse($"s3://{bucket}/in", "data"), Quick).ListAsync(Token));
    }

    [Fact]
    public async Task Read_AnswerOfAnErrorCutOff_IsThatError()
    {
        using var proxy = new FaultProxy(server.Endpoint) { Fault = (n, _) => n == 0 ? "cut 404" : null };
        var store = new S3Store(server.Client(proxy.Endpoint), new(await server.NewBucketAsync(), "out"), Quick);
        Assert.Null(await store.ReadAsync("a.txt", Token));
    }

    [Fact]
    public async Task List_PartOfTheListWithoutAWayOn_FailsInsteadOfLosingFiles()
    {
        using var proxy = new FaultProxy(server.Endpoint) { Fault = (_, _) => "partial" };
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            new S3Data(server.Client(proxy.Endpoint), S3Uri.Parse("s3://bucket/in", "data"), Quick).ListAsync(Token)
        );
        Assert.Contains("gave a part of the list and no way to go on", e.Message);
    }

    [Fact]
    public async Task List_BucketInAnotherRegion_NamesKeyBucketAndRegion()
    {
        using var proxy = new FaultProxy(server.Endpoint) { Fault = (_, _) => "elsewhere" };

        var e = await Assert.ThrowsAsync<PJobException>(() =>
            S3Input.ListAsync(
                server.Client(proxy.Endpoint),
                Quick,
                "s3://euro/in/",
                "input.data",
                InputFormat.Auto,
                cancellationToken: Token
            )
        );

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.StartsWith(
            "input.data: s3://euro/in/: the bucket is in eu-west-1, expected us-east-1; fix: set aws.region: eu-west-1",
            e.Message
        );
    }

    [Theory]
    [InlineData("in/a//b.txt")]
    [InlineData("in/back\\slash.txt")]
    public async Task List_KeyThatCannotBeAFileName_IsRefusedBeforeTheJob(string key)
    {
        var bucket = await NewDataAsync(("in/ok.txt", "a\n"), (key, "b\n"));

        var e = await Assert.ThrowsAsync<PJobException>(() =>
            S3Input.ListAsync(server.Client(), Quick, $"s3://{bucket}/in/", "input.data", InputFormat.Auto, cancellationToken: Token)
        );

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.StartsWith($"input.data: found the key {key} in bucket {bucket}, which cannot be a file name", e.Message);
    }

    [Fact]
    public async Task Open_NameThatLeadsOut_IsRefused()
    {
        var data = new S3Data(server.Client(), S3Uri.Parse("s3://bucket/in", "data"));
        await Assert.ThrowsAsync<PJobException>(() =>
            data.OpenAsync(WorkUnit.Create("../secret", InputFormat.Text, 0, 4, 4, "v", "s", "m"), Token)
        );
    }

    [Fact]
    public async Task List_PrefixWithADoubleSlash_IsAnotherKeyForAllReaders()
    {
        var bucket = await NewDataAsync(("x/a.txt", "a"));
        var uri = S3Uri.Parse($"s3://{bucket}//x/", "input.data");

        Assert.Empty(await new S3Data(server.Client(), uri).ListAsync(Token));
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            S3Input.ListAsync(server.Client(), Quick, uri.ToString(), "input.data", InputFormat.Auto, cancellationToken: Token)
        );
        Assert.StartsWith($"input.data: no objects in s3://{bucket}//x/", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_ObjectThatIsNotThere_LeavesNoFile()
    {
        var bucket = await server.NewBucketAsync();
        using var copy = await new S3Store(server.Client(), new(bucket, "out")).CopyAsync("data/x.parquet", Token);
        Assert.Null(copy);
    }
}
