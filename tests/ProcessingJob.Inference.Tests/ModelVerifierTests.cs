using System.Globalization;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Inference.Verification;
using ProcessingJob.Models.Folders;
using ProcessingJob.Samples;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

public sealed class ModelVerifierTests
{
    static readonly EngineOptions Cpu = new() { Device = DeviceKind.Cpu };

    [Fact]
    public void Verify_GoodModel_PassesEverything()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        var results = ModelVerifier.Verify(model, Cpu);
        Assert.Equal(2, results.Count);
        Assert.All(results, r => Assert.True(r.Passed, r.ToString()));
        Assert.All(results, r => Assert.InRange(r.MaxDifference, 0, 1e-4));
    }

    [Theory]
    [InlineData(ModelHead.Encoder)]
    [InlineData(ModelHead.SequenceClassification)]
    public void Verify_AnotherModelAsSecondFile_FailsThatFileOnly(ModelHead head)
    {
        using var folder = new TempFolder();
        // One label gives one number a text, which has no direction of its own.
        var options = new SampleModelOptions { Head = head, Labels = ["only"] };
        folder.Copy(ModelCache.Get(options));
        File.Copy(Path.Combine(ModelCache.Get(options with { Seed = 2 }), "onnx/model.onnx"), folder["onnx/model_other.onnx"]);
        var model = ModelFolder.Open(folder.Path);
        var results = ModelVerifier.Verify(model, Cpu with { Task = model.Task });
        Assert.Equal(["onnx/model_other.onnx vs onnx/model.onnx"], results.Where(r => !r.Passed).Select(r => r.Name));
    }

    [Fact]
    public async Task Verify_Reference_IsCompared()
    {
        var path = ModelCache.Get(new SampleModelOptions());
        var model = ModelFolder.Open(path);
        using var engine = InferenceEngine.Create(model, Cpu);
        var block = new EncodingBuffer();
        Tokenizer.Load(path).CreateEncoder(new EncodeOptions()).Encode("a fine film", block);
        using var result = await engine.RunAsync(block, default);
        using var folder = new TempFolder();
        var right = folder.Write(
            "right.jsonl",
            JsonSerializer.Serialize(new { text = "a fine film", embedding = result.Row(0).ToArray() }) + "\n"
        );
        Assert.True(ModelVerifier.Verify(model, Cpu, right)[^1].Passed);
        var wrong = folder.Write(
            "wrong.jsonl",
            JsonSerializer.Serialize(new { text = "another film", embedding = result.Row(0).ToArray() }) + "\n"
        );
        Assert.False(ModelVerifier.Verify(model, Cpu, wrong)[^1].Passed);
        var broken = folder.Write("broken.jsonl", "{\"text\":\"a\"}\n");
        Assert.Contains("broken.jsonl:1", Assert.Throws<PJobException>(() => ModelVerifier.Verify(model, Cpu, broken)).Message);
    }

    [Fact]
    public void Tune_AnyTexts_MeasuresEveryBudget()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        var results = ModelVerifier.Tune(model, Cpu, Blocks.Random(1, Blocks.Lengths(1, 60)));
        Assert.Equal(
            ["128", "256", "384", "512", "1024", "2048", "4096"],
            results.Select(r => r.TokenBudget.ToString(CultureInfo.InvariantCulture))
        );
        Assert.All(results, r => Assert.True(r.TokensPerSecond > 0 && r.Fill is > 0.2 and <= 1));
    }

    [Fact]
    public void Check_GraphThatComputesTheSame_Passes()
    {
        var model = ModelFolder.Open(ModelCache.Get(new SampleModelOptions()));
        var file = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, file, TaskKind.Embed, new EmbedOptions());
        var settings = new OrtSettings { Profile = DeviceProfile.Cpu };
        using var graph = file.Open();
        using var device = new OrtDevice(model, graph, head, settings, 1, 100, settings.Profile.ReadOnDevice);
        NumericGate.Check(model, graph, device, head, settings, 100);
    }
}
