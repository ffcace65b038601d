using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Embedders;
using ProcessingJob.Launcher;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>One engine, two ends: what a bulk job writes for a text, the generator in the process gives too, bit for bit.</summary>
public sealed class EmbeddingGeneratorTests : IDisposable
{
    static readonly string[] Texts =
    [
        "A red dress, true to size",
        "",
        .. Enumerable.Range(1, 80).Select(i => string.Join(' ', Enumerable.Range(0, i * 7 % 61 + 1).Select(w => $"word{w * i % 97}"))),
        "The zipper broke after two days.",
    ];

    readonly TempFolder _folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public EmbeddingGeneratorTests() => Environment.SetEnvironmentVariable(WorkerCommand.Variable, Programs.Worker.Arguments[0]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tiny", TextRole.None)]
    [InlineData("minilm", TextRole.None)]
    [InlineData("query-document-prompts", TextRole.Query)]
    [InlineData("query-document-prompts", TextRole.Document)]
    public async Task GenerateAsync_AnyOrderAndNumber_EqualsTheBulkJob(string model, TextRole role)
    {
        var folder = model switch
        {
            "tiny" => Models.Tiny,
            "minilm" => Models.MiniLm,
            _ => PromptFolder(),
        };
        Assert.SkipUnless(Directory.Exists(folder), "scripts/minilm.sh was not run");
        var expected = await BulkAsync(folder, role);

        using var generator = TextEmbeddingGenerator.Load(folder, role);
        var all = await generator.GenerateAsync(Texts, cancellationToken: Token);
        var backwards = await generator.GenerateAsync(Texts.Reverse(), cancellationToken: Token);
        var alone = await Task.WhenAll(Texts.Take(12).Select(t => generator.GenerateAsync(t, cancellationToken: Token)));

        Assert.Equal(Texts.Length, all.Count);
        Assert.All(Texts.Zip(all), p => Assert.Equal(Bits(expected[p.First]), Bits(p.Second.Vector)));
        Assert.All(Texts.Reverse().Zip(backwards), p => Assert.Equal(Bits(expected[p.First]), Bits(p.Second.Vector)));
        Assert.All(Texts.Zip(alone), p => Assert.Equal(Bits(expected[p.First]), Bits(p.Second.Vector)));
        Assert.True(all.Usage!.InputTokenCount > Texts.Length);
    }

    [Fact]
    public async Task GenerateAsync_RolesOfOneFolder_Differ()
    {
        var services = new ServiceCollection();
        var folder = PromptFolder();
        services.AddTextEmbeddings(folder, new JobSpec { Embed = new() { Role = TextRole.Query } }, "query");
        services.AddTextEmbeddings(folder, new JobSpec { Embed = new() { Role = TextRole.Document } }, "document");
        await using var provider = services.BuildServiceProvider();

        var query = provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("query");
        var document = provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("document");

        Assert.NotEqual(
            Bits((await query.GenerateAsync("dress", cancellationToken: Token)).Vector),
            Bits((await document.GenerateAsync("dress", cancellationToken: Token)).Vector)
        );
        Assert.Same(query, provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("query"));
    }

    [Fact]
    public async Task GenerateAsync_OptionsThatTheModelWasNotOpenedWith_AreRefused()
    {
        using var generator = TextEmbeddingGenerator.Load(Models.Tiny);
        var metadata = generator.GetRequiredService<EmbeddingGeneratorMetadata>();

        var dimensions = await Assert.ThrowsAsync<ArgumentException>(() =>
            generator.GenerateAsync(["a"], new() { Dimensions = metadata.DefaultModelDimensions - 1 }, Token)
        );
        var model = await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["a"], new() { ModelId = "other" }, Token));

        Assert.Contains("open the model with embed.dimensions", dimensions.Message);
        Assert.Contains("ModelId: found other", model.Message);
        Assert.Single(await generator.GenerateAsync(["a"], new() { ModelId = metadata.DefaultModelId }, Token));
    }

    [Fact]
    public async Task GenerateAsync_TooLongUnderReject_IsSaidAndNotCut()
    {
        using var generator = TextEmbeddingGenerator.Load(
            Models.Tiny,
            new JobSpec
            {
                Tokens = new() { MaxLength = 8, Overflow = Overflow.Reject },
            }
        );

        var e = await Assert.ThrowsAsync<PJobException>(() => generator.GenerateAsync(["short", Texts[20]], cancellationToken: Token));

        Assert.Contains("text 1 has more than 8 tokens", e.Message);
        Assert.Throws<PJobException>(() =>
            TextEmbeddingGenerator.Load(
                Models.Tiny,
                new JobSpec
                {
                    Tokens = new() { MaxLength = 8, Overflow = Overflow.Window },
                }
            )
        );
    }

    /// <summary>The sample model with prompts for both sides of a search.</summary>
    string PromptFolder()
    {
        var folder = _folder["prompts"];
        if (Directory.Exists(folder))
        {
            return folder;
        }

        _folder.Copy(Models.Tiny, "prompts");
        _folder.Write("prompts/config_sentence_transformers.json", """{"prompts":{"query":"query: ","document":"passage: "}}""");
        return folder;
    }

    async Task<Dictionary<string, float[]>> BulkAsync(string folder, TextRole role)
    {
        _folder.Write("data/a.jsonl", string.Concat(Texts.Select(t => JsonSerializer.Serialize(new { text = t }) + "\n")));
        var result = await JobClient.RunAsync(
            new JobSpec
            {
                Name = "bulk",
                Model = folder,
                Input = new()
                {
                    Data = _folder["data"],
                    Text = ["text"],
                    Keep = ["text"],
                    Blank = BlankTexts.Embed,
                },
                Embed = new() { Role = role },
                Output = new() { Data = _folder[$"out-{role}"] },
            }
        );
        Assert.True(result.Code == ExitCode.Done, result.Message);
        var output = await JobClient.OpenAsync(result.Output);
        return await output.RowsAsync().ToDictionaryAsync(r => r.Get<string>("text")!, r => r.Embedding, cancellationToken: Token);
    }

    static int[] Bits(ReadOnlyMemory<float> vector) => [.. vector.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
