using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Hub;
using ProcessingJob.Launcher.Tests.Aws;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Hub;

public sealed class HubClientTests : IDisposable
{
    readonly TempFolder _cache = new();
    readonly ImpatientTime _time = new();

    public void Dispose() => _cache.Dispose();

    HubClient Client(FakeHub hub, string? token = null, DeviceKind device = DeviceKind.Auto, string modelFile = "auto") =>
        new(
            new HubOptions
            {
                Endpoint = hub.Url,
                Token = token,
                Cache = _cache.Path,
                Device = device,
                ModelFile = modelFile,
            },
            _time
        );

    [Fact]
    public async Task Fetch_Model_BringsWhatIsNeededAndNothingElse()
    {
        await using var hub = await FakeHub.StartAsync();
        using var client = Client(hub);

        var folder = await client.FetchAsync("hf://owner/name");

        Assert.Equal(
            ["1_Pooling/config.json", "config.json", "onnx/model.onnx", "tokenizer.json"],
            Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(folder, f))
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(300_000, new FileInfo(Path.Combine(folder, "onnx/model.onnx")).Length);
    }

    [Fact]
    public async Task Fetch_Again_AsksOnlyForTheCommit()
    {
        await using var hub = await FakeHub.StartAsync();
        using var client = Client(hub);
        var first = await client.FetchAsync("owner/name@v1.0");
        hub.Requests.Clear();

        Assert.Equal(first, await client.FetchAsync("owner/name@v1.0"));
        Assert.Single(hub.Requests);
    }

    [Fact]
    public async Task Fetch_ConnectionBreaks_GoesOnWhereItStopped()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.BreakAfter.Enqueue(100_000);
        hub.BreakAfter.Enqueue(50_000);
        using var client = Client(hub);

        await client.FetchAsync("owner/name");

        Assert.Equal(
            ["storage onnx/model.onnx", "storage onnx/model.onnx bytes=100000-", "storage onnx/model.onnx bytes=150000-"],
            hub.Requests.Where(r => r.StartsWith("storage", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Fetch_ConnectionFallsSilent_IsGivenUpAndResumed()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.StallAfter.Enqueue(100_000);
        using var client = new HubClient(
            new HubOptions
            {
                Endpoint = hub.Url,
                Token = null,
                Cache = _cache.Path,
                Stall = TimeSpan.FromSeconds(1),
            },
            _time
        );

        var folder = await client.FetchAsync("owner/name");

        Assert.Equal(300_000, new FileInfo(Path.Combine(folder, "onnx/model.onnx")).Length);
        Assert.Equal(2, hub.Requests.Count(r => r.StartsWith("storage", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Fetch_ByTwoAtOnce_DownloadsOnce()
    {
        await using var hub = await FakeHub.StartAsync();
        using var one = Client(hub);
        using var two = Client(hub);

        var folders = await Task.WhenAll(one.FetchAsync("owner/name"), two.FetchAsync("owner/name"));

        Assert.Equal(folders[0], folders[1]);
        Assert.Single(hub.Requests, r => r.StartsWith("storage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fetch_WeightsInSeveralFiles_BringsThemAll()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.With("onnx/model.onnx_data", "first").With("onnx/model.onnx_data_1", "second").With("onnx/model_q4.onnx_data", "of another");
        using var client = Client(hub);

        var folder = await client.FetchAsync("owner/name@refs/pr/1");

        Assert.Equal(
            ["model.onnx", "model.onnx_data", "model.onnx_data_1"],
            Directory.EnumerateFiles(Path.Combine(folder, "onnx")).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Fetch_ServerWithoutRanges_StartsAgain()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.KnowsRanges = false;
        hub.BreakAfter.Enqueue(100_000);
        using var client = Client(hub);

        var folder = await client.FetchAsync("owner/name");

        Assert.Equal(300_000, new FileInfo(Path.Combine(folder, "onnx/model.onnx")).Length);
    }

    [Fact]
    public async Task Fetch_DamagedOnTheWay_IsFetchedAgain()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Damages = 1;
        using var client = Client(hub);

        await client.FetchAsync("owner/name");

        Assert.Equal(2, hub.Requests.Count(r => r.StartsWith("storage", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Fetch_AlwaysDamaged_LeavesNothingThatLooksWhole()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Damages = 100;
        using var client = Client(hub);

        var e = await Assert.ThrowsAsync<PJobException>(() => client.FetchAsync("owner/name"));

        Assert.Contains("arrived damaged: sha256", e.Message);
        Assert.Empty(Directory.EnumerateFiles(_cache.Path, "model.onnx", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Fetch_HubIsBusy_WaitsAsLongAsItAsks()
    {
        await using var hub = await FakeHub.StartAsync();
        foreach (var status in new[] { 429, 429, 503, 500 })
        {
            hub.Faults.Enqueue(status);
        }

        using var client = Client(hub);
        var start = _time.GetUtcNow();

        await client.FetchAsync("owner/name");

        Assert.InRange((_time.GetUtcNow() - start).TotalSeconds, 14, 60);
    }

    [Fact]
    public async Task Fetch_HubAsksForYears_GivesUpAtOnce()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.RetryAfter = "99999999";
        hub.Faults.Enqueue(429);
        using var client = Client(hub);
        var start = _time.GetUtcNow();

        var e = await Assert.ThrowsAsync<PJobException>(() => client.FetchAsync("owner/name"));

        Assert.Contains("the hub answered 429 and asks to come back in 27778 hours", e.Message);
        Assert.InRange((_time.GetUtcNow() - start).TotalSeconds, 0, 60);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"siblings":7}""")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567"}""")]
    [InlineData("""{"siblings":[{"rfilename":1}]}""")]
    [InlineData("<html>")]
    public async Task Fetch_ListThatIsNone_IsOneClearError(string listing)
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Listing = listing;
        using var client = Client(hub);

        var e = await Assert.ThrowsAsync<PJobException>(() => client.FetchAsync("owner/name"));

        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("the hub's list of files cannot be read", e.Message);
    }

    [Theory]
    [InlineData(null, "set HF_TOKEN")]
    [InlineData("wrong", "accept the model's terms")]
    public async Task Fetch_Gated_SaysWhatToDo(string? token, string advice)
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Token = "right";
        using var client = Client(hub, token);

        var e = await Assert.ThrowsAsync<PJobException>(() => client.FetchAsync("owner/name"));

        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains(advice, e.Message);
    }

    [Fact]
    public async Task Fetch_WithToken_TellsItToTheHubAndNotToTheStorage()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Token = "right";
        using var client = Client(hub, "right");

        await client.FetchAsync("owner/name");

        Assert.False(hub.StorageSawToken);
    }

    [Theory]
    [InlineData("owner/nothing", "no such model, revision or file")]
    [InlineData("owner/name@v9", "no such model, revision or file")]
    [InlineData("owner/name/more", "expected owner/name")]
    [InlineData("../name", "expected owner/name")]
    public async Task Fetch_NotThere_IsOneClearError(string address, string message)
    {
        await using var hub = await FakeHub.StartAsync();
        using var client = Client(hub);

        Assert.Contains(message, (await Assert.ThrowsAsync<PJobException>(() => client.FetchAsync(address))).Message);
    }

    [Fact]
    public async Task Fetch_NameLeadsOutOfTheFolder_IsRefused()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.With("../../evil.json", "{}");
        using var client = Client(hub);

        Assert.Contains("refuses the file name", (await Assert.ThrowsAsync<PJobException>(() => client.FetchAsync("owner/name"))).Message);
    }

    [Theory]
    [InlineData(DeviceKind.Cpu, "auto", "onnx/model.onnx")]
    [InlineData(DeviceKind.Cuda, "auto", "onnx/model_fp16.onnx")]
    [InlineData(DeviceKind.Cuda, "onnx/model.onnx", "onnx/model.onnx")]
    public async Task Fetch_SeveralOnnxFiles_TakesTheDevices(DeviceKind device, string modelFile, string expected)
    {
        await using var hub = await FakeHub.StartAsync();
        hub.With("onnx/model_fp16.onnx", "half");
        using var client = Client(hub, device: device, modelFile: modelFile);

        var folder = await client.FetchAsync("owner/name");

        Assert.Equal(
            expected,
            Path.GetRelativePath(folder, Assert.Single(Directory.EnumerateFiles(folder, "*.onnx", SearchOption.AllDirectories)))
        );
    }

    [Theory]
    [InlineData(DeviceKind.Cpu, "auto", "onnx/model.onnx")]
    [InlineData(DeviceKind.Cuda, "auto", "model.safetensors")]
    [InlineData(DeviceKind.Cpu, "safetensors", "model.safetensors")]
    [InlineData(DeviceKind.Cuda, "onnx/model.onnx", "onnx/model.onnx")]
    public async Task Fetch_OnnxAndSafetensors_TakesTheDevices(DeviceKind device, string modelFile, string expected)
    {
        await using var hub = await FakeHub.StartAsync();
        hub.With("model.safetensors", "weights").With("pytorch_model.bin", "pickle");
        using var client = Client(hub, device: device, modelFile: modelFile);

        Assert.Equal([expected], Weights(await client.FetchAsync("owner/name")));
    }

    [Fact]
    public async Task Fetch_Shards_BringsTheIndexAndEveryShard()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.With("model.safetensors.index.json", "{}")
            .With("model-00001-of-00002.safetensors", "one")
            .With("model-00002-of-00002.safetensors", "two")
            .With("other-00001-of-00001.safetensors", "not it");
        using var client = Client(hub, device: DeviceKind.Cuda);

        Assert.Equal(
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"],
            Weights(await client.FetchAsync("owner/name"))
        );
    }

    [Theory]
    [InlineData("main")]
    [InlineData("../../../evil")]
    [InlineData("0123456789ABCDEF0123456789abcdef01234567")]
    [InlineData("0123456789abcdef0123456789abcdef012345678")]
    public async Task Fetch_CommitThatIsNone_IsRefused(string sha)
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Sha = sha;
        using var client = Client(hub);

        var e = await Assert.ThrowsAsync<PJobException>(() => client.FetchAsync("owner/name"));

        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("expected 40 hexadecimal digits", e.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cache.Path));
    }

    [Fact]
    public async Task Fetch_RedirectToAnotherNameOfTheSamePort_CarriesNoToken()
    {
        await using var hub = await FakeHub.StartAsync();
        (hub.Token, hub.RedirectsToAnotherName) = ("right", true);
        using var client = Client(hub, "right");

        await client.FetchAsync("owner/name");

        Assert.Equal(false, hub.OtherNameSawToken);
    }

    [Theory]
    [InlineData("https://hub.example/a", "https://hub.example", true)]
    [InlineData("https://HUB.example/a", "https://hub.example", true)]
    [InlineData("http://hub.example/a", "https://hub.example", false)]
    [InlineData("http://hub.example/a", "http://hub.example", false)]
    [InlineData("https://hub.example:8443/a", "https://hub.example", false)]
    [InlineData("https://cdn.hub.example/a", "https://hub.example", false)]
    [InlineData("https://hub.example.evil/a", "https://hub.example", false)]
    [InlineData("http://127.0.0.1:8080/a", "http://127.0.0.1:8080", true)]
    public void IsHub_Address_DecidesWhetherTheTokenGoesThere(string at, string endpoint, bool expected) =>
        Assert.Equal(expected, HubClient.IsHub(new Uri(at), new Uri(endpoint)));

    [Fact]
    public async Task Fetch_FamilyThatCannotBeBuilt_TakesTheOnnxFileOrIsRefused()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.With("config.json", """{"model_type":"bart"}""").With("model.safetensors", "weights");
        using var client = Client(hub, device: DeviceKind.Cuda);
        Assert.Equal(["onnx/model.onnx"], Weights(await client.FetchAsync("owner/name")));

        using var asked = Client(hub, modelFile: "safetensors");
        var e = await Assert.ThrowsAsync<PJobException>(() => asked.FetchAsync("owner/name"));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("the family bart", e.Message);

        hub.Without("onnx/model.onnx");
        var none = await Assert.ThrowsAsync<PJobException>(() => client.FetchAsync("owner/name"));
        Assert.Contains("it has no .onnx file", none.Message);
        Assert.DoesNotContain(hub.Requests, r => r.EndsWith("model.safetensors", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("model2vec")]
    public async Task Fetch_FamilyThatCanBeBuilt_TakesTheSafetensors(string family)
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Without("onnx/model.onnx").With("config.json", $$"""{"model_type":"{{family}}"}""").With("model.safetensors", "weights");
        using var client = Client(hub);
        Assert.Equal(["model.safetensors"], Weights(await client.FetchAsync("owner/name")));
    }

    [Fact]
    public async Task Fetch_ModulesInFolders_BringsTheirTokenizersAndWeights()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Without("onnx/model.onnx");
        string[] wanted =
        [
            "0_Transformer/config.json",
            "0_Transformer/model.safetensors",
            "0_Transformer/sentence_bert_config.json",
            "0_Transformer/spm.model",
            "modules.json",
            "query_0_StaticEmbedding/model.safetensors",
            "query_0_StaticEmbedding/tokenizer.json",
            "router_config.json",
        ];
        foreach (var file in wanted.Append("0_Transformer/pytorch_model.bin").Append("openvino/config.json"))
        {
            hub.With(file, "{}");
        }

        using var client = Client(hub);
        var folder = await client.FetchAsync("owner/name");

        Assert.Equal(
            wanted.Concat(["1_Pooling/config.json", "config.json", "tokenizer.json"]).Order(StringComparer.Ordinal),
            Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(folder, f))
                .Order(StringComparer.Ordinal)
        );
    }

    static IEnumerable<string> Weights(string folder) =>
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f))
            .Where(f => f.EndsWith(".onnx") || f.Contains(".safetensors") || f.EndsWith(".bin"))
            .Order(StringComparer.Ordinal);
}
