using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>float16 graphs as GPUs get them, rehearsed on the CPU: they hold the model, or the layer that overflows is named.</summary>
public sealed class NumericGateTests : IDisposable
{
    static readonly string Own = Path.Combine(AppContext.BaseDirectory, "goldens", "pool-mean");
    static readonly string Shared = Path.GetFullPath(Repo.File("..", "shared", "goldens", "hf"));

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_Float16HoldsTheModel_Passes() => Check(Own);

    [Fact]
    public void Check_LayerBeyondFloat16_IsNamed()
    {
        _folder.Copy(Own);
        Scale("encoder.layer.0.output.LayerNorm.weight", 2e4f);
        var e = Assert.Throws<PJobException>(() => Check(_folder.Path));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("(float16) gives NaN or infinity, first in encoder.layer.", e.Message);
    }

    public static TheoryData<string> SharedFolders =>
        Directory.Exists(Shared)
            ? [.. Directory.GetDirectories(Shared, "*-base*").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)]
            : ["none"];

    [Theory, MemberData(nameof(SharedFolders))]
    public void Check_SharedGolden_PassesOrNamesTheLayer(string name)
    {
        Assert.SkipUnless(Directory.Exists(Shared), "../shared is not there");
        try
        {
            Check(Path.Combine(Shared, name));
        }
        catch (PJobException e) when (e.ExitCode == ExitCode.Model)
        {
            // Families that are refused say so before any graph is built.
            Assert.SkipWhen(name is "deberta-base" or "rembert-base" or "convbert-base" or "mobilebert-base", e.Message);
            Assert.Contains(", first in ", e.Message);
        }
    }

    [Fact]
    public void Check_DeviceThatComputesOtherNumbers_IsFound()
    {
        var model = ModelFolder.Open(TinyModel.Write(_folder));
        var source = model.SourceFor(DeviceKind.Cpu).Source;
        var head = TaskHeads.Create(model, source, TaskKind.Embed, new EmbedOptions());
        using var graph = source.Open();
        var settings = new OrtSettings { Profile = DeviceProfile.Cpu };
        var e = Assert.Throws<PJobException>(() => NumericGate.Check(model, graph, new FakeDevice(), head, settings, 64));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("the optimised graph is wrong on this device", e.Message);
    }

    static void Check(string folder)
    {
        var model = ModelFolder.Open(folder, new ModelOptions { Task = TaskKind.Embed });
        var half = model.Sources.First(s => s.File.Precision == WeightPrecision.Float16);
        var head = TaskHeads.Create(model, half, TaskKind.Embed, new EmbedOptions());
        var settings = new OrtSettings { Profile = DeviceProfile.Cpu };
        using var graph = half.Open();
        using var device = new OrtDevice(model, graph, head, settings, 1, 32, settings.Profile.ReadOnDevice);
        NumericGate.Check(model, graph, device, head, settings, Math.Min(32, model.MaxLength));
    }

    /// <summary>Multiplies a tensor of model.safetensors.</summary>
    void Scale(string tensor, float factor)
    {
        var file = File.ReadAllBytes(_folder["model.safetensors"]);
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using var json = JsonDocument.Parse(file.AsMemory(8, header));
        var offsets = json.RootElement.GetProperty(tensor).GetProperty("data_offsets");
        var (start, end) = (offsets[0].GetInt32(), offsets[1].GetInt32());
        foreach (ref var value in MemoryMarshal.Cast<byte, float>(file.AsSpan(8 + header + start, end - start)))
        {
            value *= factor;
        }

        File.WriteAllBytes(_folder["model.safetensors"], file);
    }
}
