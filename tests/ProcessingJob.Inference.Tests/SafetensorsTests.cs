using System.Runtime.InteropServices;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Verification;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>Folders as Hugging Face tools save them: config.json and safetensors, with and without .onnx files.</summary>
public sealed class SafetensorsTests : IDisposable
{
    static readonly string Own = Path.Combine(AppContext.BaseDirectory, "goldens", "pool-mean");
    static readonly string Shared = Path.GetFullPath(Repo.File("..", "shared", "goldens"));

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunAsync_FolderWithoutOnnx_GivesTheEmbeddingsOfSentenceTransformers() => await CompareAsync(Own);

    [Fact]
    public async Task RunAsync_SharedGolden_GivesTheEmbeddingsOfSentenceTransformers()
    {
        var folder = Path.Combine(Shared, "st", "pool-mean");
        Assert.SkipUnless(Directory.Exists(folder), "../shared is not there");
        await CompareAsync(folder);
    }

    [Fact]
    public async Task RunAsync_MiniLmFromSafetensors_GivesTheEmbeddingsOfSentenceTransformers()
    {
        var golden = Path.Combine(Shared, "real", "all-MiniLM-L6-v2");
        var onnx = Repo.File("out", "minilm", "onnx", "model.onnx");
        Assert.SkipUnless(Directory.Exists(golden), "../shared is not there");
        Assert.SkipUnless(File.Exists(onnx), "out/minilm is not there: scripts/minilm.sh out/minilm downloads it");
        Copy(golden);
        MiniLmCheckpoint.Write(onnx, _folder["model.safetensors"]);
        var texts = JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(Path.Combine(golden, "texts.json")))!;
        const int width = 384;
        var file = File.ReadAllBytes(Path.Combine(golden, "embeddings.npy"));
        var expected = MemoryMarshal.Cast<byte, float>(file.AsSpan(file.Length - texts.Length * width * 4)).ToArray();

        var found = await EmbedAsync(_folder.Path, texts);

        for (var i = 0; i < texts.Length; i++)
        {
            Assert.InRange(Cosine(found[i], expected.AsSpan(i * width, width)), 0.9999995, 1.0000005);
        }
    }

    [Fact]
    public void Verify_FolderWithoutOnnx_Passes()
    {
        Copy(Own);
        var checks = ModelVerifier.Verify(ModelFolder.Open(_folder.Path), new EngineOptions { Device = DeviceKind.Cpu });
        Assert.All(checks, check => Assert.True(check.Passed, $"{check.Name}: {check.MinCosine}"));
    }

    [Fact]
    public void SourceFor_OnlySafetensors_IsThemInTheDevicesPrecision()
    {
        var model = ModelFolder.Open(Own);
        Assert.Equal((DeviceKind.Cpu, "model.safetensors", WeightPrecision.Float32, "the only one"), Chosen(model, DeviceKind.Cpu));
        Assert.Equal((DeviceKind.Cuda, "model.safetensors", WeightPrecision.Float16, "the only one"), Chosen(model, DeviceKind.Cuda));
    }

    [Fact]
    public void SourceFor_SafetensorsAndFloat32Onnx_OnnxOnTheCpuSafetensorsOnCuda()
    {
        Copy(Own);
        WriteOnnx("onnx/model.onnx", elementType: 1);
        var model = ModelFolder.Open(_folder.Path);
        Assert.Equal((DeviceKind.Cpu, "onnx/model.onnx", WeightPrecision.Float32, "preferred on cpu"), Chosen(model, DeviceKind.Cpu));
        Assert.Equal((DeviceKind.Cuda, "model.safetensors", WeightPrecision.Float16, "preferred on cuda"), Chosen(model, DeviceKind.Cuda));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3)]
    public void SourceFor_SafetensorsAndLesserOnnx_NeverTakesIt(int elementType)
    {
        Copy(Own);
        WriteOnnx("onnx/model.onnx", elementType);
        var model = ModelFolder.Open(_folder.Path);
        Assert.Equal("model.safetensors", model.Choose(DeviceKind.Cpu).Name);
        Assert.Equal("model.safetensors", model.Choose(DeviceKind.Cuda).Name);
    }

    [Theory]
    [InlineData("safetensors", "model.safetensors")]
    [InlineData("model.safetensors", "model.safetensors")]
    [InlineData("onnx/model.onnx", "onnx/model.onnx")]
    public void SourceFor_Asked_IsWhatWasAskedFor(string asked, string expected)
    {
        Copy(Own);
        WriteOnnx("onnx/model.onnx", elementType: 1);
        var model = ModelFolder.Open(_folder.Path, new ModelOptions { ModelFile = asked });
        Assert.Equal((expected, "asked for"), (model.Choose(DeviceKind.Cpu).Name, model.SourceFor(DeviceKind.Cpu).Why));
        Assert.Equal((expected, "asked for"), (model.Choose(DeviceKind.Cuda).Name, model.SourceFor(DeviceKind.Cuda).Why));
    }

    [Fact]
    public void Open_SafetensorsAskedButNotThere_SaysSo()
    {
        TinyModel.Write(_folder);
        var e = Assert.Throws<PJobException>(() => ModelFolder.Open(_folder.Path, new ModelOptions { ModelFile = "safetensors" }));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("no model.safetensors", e.Message);
    }

    [Fact]
    public void SourceFor_FamilyWithoutAGraph_GivesWayToOnnxAndSaysWhy()
    {
        Copy(Own);
        ChangeConfig("\"bert\"", "\"unheard-of\"");
        WriteOnnx("onnx/model.onnx", elementType: 10);
        var (source, why) = ModelFolder.Open(_folder.Path).SourceFor(DeviceKind.Cuda);
        Assert.Equal("onnx/model.onnx", source.File.Name);
        Assert.Contains("unheard-of", why);
    }

    [Fact]
    public void Create_FamilyWithoutAGraphAndNoOnnx_IsRefusedByName()
    {
        Copy(Own);
        ChangeConfig("\"bert\"", "\"unheard-of\"");
        var e = Assert.Throws<PJobException>(() =>
            InferenceEngine.Create(ModelFolder.Open(_folder.Path), new EngineOptions { Device = DeviceKind.Cpu })
        );
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("unheard-of", e.Message);
    }

    static (DeviceKind, string, WeightPrecision, string) Chosen(ModelFolder model, DeviceKind device)
    {
        var (source, why) = model.SourceFor(device);
        return (device, source.File.Name, source.File.Precision, why);
    }

    static async Task CompareAsync(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        var call = json.RootElement.GetProperty("calls")[0];
        var texts = call.GetProperty("inputs").EnumerateArray().Select(t => t.GetString()!).ToArray();
        var expected = call.GetProperty("values").EnumerateArray().Select(v => v.EnumerateArray().Select(x => x.GetSingle()).ToArray());

        var found = await EmbedAsync(folder, texts);

        foreach (var (row, values) in found.Zip(expected))
        {
            Assert.Equal(values.Length, row.Length);
            Assert.InRange(Cosine(row, values), 0.9999995, 1.0000005);
            Assert.All(row.Zip(values), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
        }
    }

    static async Task<float[][]> EmbedAsync(string folder, string[] texts)
    {
        var model = ModelFolder.Open(folder);
        var encoder = Tokenizer.Load(folder).CreateEncoder(new EncodeOptions { MaxLength = model.MaxLength });
        var block = new EncodingBuffer();
        foreach (var text in texts)
        {
            encoder.Encode(text, block);
        }

        using var engine = InferenceEngine.Create(model, new EngineOptions { Device = DeviceKind.Cpu });
        Assert.Equal("model.safetensors", engine.ModelFile!.Name);
        using var result = await engine.RunAsync(block, default);
        return [.. Enumerable.Range(0, texts.Length).Select(i => result.Row(i).ToArray())];
    }

    static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (dot, x, y) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            (dot, x, y) = (dot + (double)a[i] * b[i], x + (double)a[i] * a[i], y + (double)b[i] * b[i]);
        }

        return dot / Math.Sqrt(x * y);
    }

    void Copy(string from)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = _folder[Path.GetRelativePath(from, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllBytes(to, File.ReadAllBytes(file));
        }
    }

    void ChangeConfig(string from, string to) =>
        _folder.Write("config.json", File.ReadAllText(_folder["config.json"]).Replace(from, to, StringComparison.Ordinal));

    /// <summary>A graph that is only looked at, with weights of an ONNX element type.</summary>
    void WriteOnnx(string name, int elementType) => TinyModel.WriteBytes(_folder, name, ModelFolderTests.Weights(elementType, 4));
}
