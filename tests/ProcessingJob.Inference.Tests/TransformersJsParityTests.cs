using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Samples;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>Embeddings against transformers.js on the same ONNX file, from the token ids that it made.</summary>
public sealed class TransformersJsParityTests
{
    static readonly string[] Texts =
    [
        "A fine film.",
        "",
        "the gorgeously elaborate continuation of the trilogy is so huge that a column of words cannot describe it",
        "It works, I suppose; but why would anyone want it in blue? Three of my friends sent theirs back within a week.",
        "naïve café — déjà vu 1,234.56 €",
        "good",
        "good good good good good good good good good good good good good good good good good",
    ];

    [Theory]
    [InlineData(ModelFamily.Bert, "mean", true)]
    [InlineData(ModelFamily.Bert, "cls", true)]
    [InlineData(ModelFamily.Bert, "mean", false)]
    [InlineData(ModelFamily.Roberta, "mean", true)]
    [InlineData(ModelFamily.DistilBert, "cls", true)]
    [InlineData(ModelFamily.XlmRoberta, "mean", true)]
    [InlineData(ModelFamily.Bert, "last_token", true)]
    [InlineData(ModelFamily.Roberta, "last_token", false)]
    public async Task RunAsync_SameIds_GivesTheSameEmbeddings(ModelFamily family, string pooling, bool normalize)
    {
        if (!Node.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        var modelPath = ModelCache.Get(
            new SampleModelOptions
            {
                Family = family,
                Pooling = pooling.Replace("last_token", "lasttoken"),
                Normalize = normalize,
            }
        );
        using var folder = new TempFolder();
        var input = folder.Write("texts.jsonl", string.Concat(Texts.Select(t => JsonSerializer.Serialize(new { text = t }) + "\n")));
        string[] arguments =
        [
            "--model",
            modelPath,
            "--texts",
            input,
            "--out",
            folder["out"],
            "--pooling",
            pooling,
            // It takes the last position of a batch, padding or not: only one text at a time has its own token there.
            "--batch",
            pooling == "last_token" ? "1" : "16",
        ];
        await Node.RunAsync(
            "embed.mjs",
            normalize ? [.. arguments, "--normalize"] : arguments,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder["out"])).ToArray();

        var window = new EncodingBuffer();
        foreach (var line in File.ReadLines(folder["out.ids.jsonl"]))
        {
            window.Add(JsonSerializer.Deserialize<int[]>(line));
        }

        using var engine = InferenceEngine.Create(ModelFolder.Open(modelPath), new EngineOptions { Device = DeviceKind.Cpu });
        using var result = await engine.RunAsync(window, TestContext.Current.CancellationToken);
        Assert.Equal(theirs.Length, result.Rows.Length);
        for (var i = 0; i < window.Count; i++)
        {
            var row = theirs.AsSpan(i * result.Output.Width, result.Output.Width);
            Assert.InRange(TensorPrimitives.CosineSimilarity(row, result.Row(i)), 0.999999f, 1.000001f);
            for (var d = 0; d < row.Length; d++)
            {
                Assert.Equal(row[d], result.Row(i)[d], 1e-5f);
            }
        }
    }

    [Theory]
    [InlineData(ModelFamily.Bert, "mean")]
    [InlineData(ModelFamily.Bert, "cls")]
    [InlineData(ModelFamily.Roberta, "mean")]
    [InlineData(ModelFamily.Roberta, "cls")]
    [InlineData(ModelFamily.DistilBert, "mean")]
    [InlineData(ModelFamily.DistilBert, "cls")]
    public async Task RunAsync_AllDemoReviews_EqualFeatureExtractionFromTheText(ModelFamily family, string pooling)
    {
        if (!Node.TryFind(out var reason))
        {
            Assert.Skip(reason);
        }

        var modelPath = ModelCache.Get(
            new SampleModelOptions
            {
                Family = family,
                Pooling = pooling,
                Normalize = true,
            }
        );
        using var folder = new TempFolder();
        var texts = DemoReviews.Bodies;
        var input = folder.Write("texts.jsonl", string.Concat(texts.Select(t => JsonSerializer.Serialize(new { text = t }) + "\n")));
        await Node.RunAsync(
            "embed.mjs",
            ["--model", modelPath, "--texts", input, "--out", folder["out"], "--pooling", pooling, "--normalize"],
            cancellationToken: TestContext.Current.CancellationToken
        );
        var theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder["out"])).ToArray();

        using var engine = InferenceEngine.Create(ModelFolder.Open(modelPath), new EngineOptions { Device = DeviceKind.Cpu });
        var encoder = Tokenizer.Load(modelPath).CreateEncoder(new EncodeOptions { MaxLength = 128 });
        var window = new EncodingBuffer();
        foreach (var text in texts)
        {
            encoder.Encode(text, window);
        }

        using var result = await engine.RunAsync(window, TestContext.Current.CancellationToken);

        Assert.True(texts.Count > 500);
        for (var i = 0; i < texts.Count; i++)
        {
            Assert.InRange(
                TensorPrimitives.CosineSimilarity(theirs.AsSpan(i * result.Output.Width, result.Output.Width), result.Row(i)),
                0.999999f,
                1.000001f
            );
        }
    }
}
