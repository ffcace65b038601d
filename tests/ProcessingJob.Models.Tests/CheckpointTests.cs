using CsCheck;
using ProcessingJob.Contract;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Models.Weights;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

public sealed class CheckpointTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8,
        "b",
        "overlaps a"
    )]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
        12,
        "b",
        "leaves a gap after a"
    )]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a", "leaves a gap after the header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "", "take 4 bytes, found 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", 8, "a", "[0, 12]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "a", "takes 12 bytes, its data_offsets hold 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}""", 8, "a", "takes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "a", "shape holds -2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", 8, "a", "shape holds 1.5")]
    [InlineData("""{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}""", 8, "a", "no list shape")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "a", "dtype Q4")]
    [InlineData("""{"a":{"dtype":"0","shape":[2],"data_offsets":[0,8]}}""", 8, "a", "dtype 0")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "a", "dtype none")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "a", "[8, 0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""", 8, "a", "[0, 4, 8]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "a", "no list data_offsets")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8,
        "a",
        "twice"
    )]
    [InlineData("""{"a":7}""", 0, "a", "Number")]
    [InlineData("[]", 0, "", "Array")]
    [InlineData("{", 0, "", "not the JSON")]
    public void Open_BrokenHeader_NamesTensorAndFile(string header, int dataBytes, string tensor, string fault)
    {
        File.WriteAllBytes(_folder["model.safetensors"], SafetensorsFile.Bytes(header, dataBytes));

        var error = Assert.Throws<PJobException>(() => Checkpoint.Open(_folder.Path));

        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.Contains(fault, error.Message);
        Assert.StartsWith(_folder["model.safetensors"], error.Message);
        Assert.Contains(tensor.Length == 0 ? "" : $"tensor {tensor}:", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0102")]
    [InlineData("ffffffffffffffff7b7d")]
    [InlineData("00e1f505000000007b7d")] // 100 million: the format's limit, of which the file holds two bytes
    public void Open_FileThatIsNoSafetensors_IsRefused(string hex)
    {
        File.WriteAllBytes(_folder["model.safetensors"], Convert.FromHexString(hex));

        Assert.Equal(ExitCode.Model, Assert.Throws<PJobException>(() => Checkpoint.Open(_folder.Path)).ExitCode);
    }

    [Fact]
    public void Open_AnyTruncation_IsRefused()
    {
        var file = File.ReadAllBytes(Path.Combine(Golden.OwnRoot, "bert-qa", "model.safetensors"));
        Gen.Int[0, file.Length - 1]
            .Sample(
                length =>
                {
                    File.WriteAllBytes(_folder["model.safetensors"], file[..length]);
                    Assert.Equal(ExitCode.Model, Assert.Throws<PJobException>(() => Checkpoint.Open(_folder.Path)).ExitCode);
                },
                iter: 200,
                threads: 1,
                seed: "0000000000003"
            );
    }

    [Fact]
    public void Build_AnyByteOfTheHeaderChanged_IsRefusedOrGivesTheSameGraph()
    {
        var golden = Golden.Own("bert-qa");
        _folder.Copy(golden.Folder, "m");
        var path = _folder["m", "model.safetensors"];
        var file = File.ReadAllBytes(path);
        var headerLength = SafetensorsFile.Parse(file) is var (_, data) ? file.Length - data.Length : 0;
        using var original = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Plain));
        Gen.Select(Gen.Int[0, headerLength - 1], Gen.Byte)
            .Sample(
                (at, value) =>
                {
                    var changed = (byte[])file.Clone();
                    changed[at] = value;
                    File.WriteAllBytes(path, changed);
                    try
                    {
                        using var graph = EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Plain));
                        Assert.Equal(original.Model, graph.Model);
                    }
                    catch (PJobException e)
                    {
                        Assert.Equal(ExitCode.Model, e.ExitCode);
                    }
                },
                iter: 500,
                threads: 1,
                seed: "0000000000004"
            );
    }

    [Fact]
    public void Open_LinksIntoACache_AreFollowed()
    {
        var golden = Golden.Own("bert-qa");
        foreach (var file in Directory.GetFiles(golden.Folder))
        {
            File.CreateSymbolicLink(_folder[Path.GetFileName(file)], file);
        }

        using var graph = EncoderGraph.Build(_folder.Path, golden.Options(GraphForm.Plain));
        using var session = new GraphSession(graph);

        Assert.InRange(golden.Difference(session), 0, 1e-4);
    }

    [Fact]
    public void Open_PickleOnly_SaysWhy()
    {
        _folder.Write("pytorch_model.bin", "x");

        Assert.Contains("pickle", Assert.Throws<PJobException>(() => Checkpoint.Open(_folder.Path)).Message);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../x.safetensors"}}""", "../x.safetensors")]
    [InlineData("""{"weight_map":{"a":"gone.safetensors"}}""", "gone.safetensors")]
    [InlineData("""{"weight_map":{"a":7}}""", "no index of shards")]
    [InlineData("""{"weight_map":[]}""", "no index of shards")]
    [InlineData("""{}""", "no index of shards")]
    [InlineData("""{""", "no index of shards")]
    public void Open_BrokenIndex_IsRefused(string index, string fault)
    {
        _folder.Write("model.safetensors.index.json", index);

        Assert.Contains(fault, Assert.Throws<PJobException>(() => Checkpoint.Open(_folder.Path)).Message);
    }

    [Fact]
    public void Open_TensorInTwoShards_IsRefused()
    {
        const string header = """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";
        File.WriteAllBytes(_folder["1.safetensors"], SafetensorsFile.Bytes(header, 4));
        File.WriteAllBytes(_folder["2.safetensors"], SafetensorsFile.Bytes(header, 4));
        _folder.Write("model.safetensors.index.json", """{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}""");

        Assert.Contains("twice", Assert.Throws<PJobException>(() => Checkpoint.Open(_folder.Path)).Message);
    }

    [Theory]
    [InlineData("bert.encoder.layer.1.output.LayerNorm.bias", "is missing")]
    [InlineData("bert.encoder.layer.0.attention.self.query.bias", "is missing")]
    [InlineData("qa_outputs.weight", "is missing")]
    public void Build_TensorMissing_IsNamed(string name, string fault)
    {
        var message = Refusal("bert-qa", (header, _) => Rename(header, name, "elsewhere"));

        Assert.Contains(name, message);
        Assert.Contains(fault, message);
    }

    [Fact]
    public void Build_WrongShape_NamesBothShapes()
    {
        var message = Refusal(
            "bert-qa",
            (header, _) => header["bert.encoder.layer.0.intermediate.dense.weight"]!["shape"] = new System.Text.Json.Nodes.JsonArray(24, 40)
        );

        Assert.Contains(
            "tensor bert.encoder.layer.0.intermediate.dense.weight: found the shape [24, 40], the config asks for [40, 24]",
            message
        );
    }

    [Fact]
    public void Build_IntegerWeight_IsRefused()
    {
        var message = Refusal("bert-qa", (header, _) => header["bert.encoder.layer.0.intermediate.dense.weight"]!["dtype"] = "I32");

        Assert.Contains("intermediate.dense.weight: found the type I32", message);
    }

    [Theory]
    [InlineData(0x7FC00000)] // NaN
    [InlineData(0x7F800000)] // infinity
    [InlineData(unchecked((int)0xFF800000))]
    public void Build_WeightThatIsNotFinite_IsRefused(int bits)
    {
        foreach (var precision in Enum.GetValues<GraphPrecision>())
        {
            var message = Refusal(
                "bert-qa",
                (header, data) =>
                {
                    var begin = header["bert.encoder.layer.1.output.dense.weight"]!["data_offsets"]![0]!.GetValue<int>();
                    BitConverter.TryWriteBytes(data.AsSpan(begin + 40), bits);
                },
                precision
            );

            Assert.Contains("tensor bert.encoder.layer.1.output.dense.weight: holds NaN or infinity", message);
        }
    }

    [Fact]
    public void Build_WeightAboveFloat16_IsRefusedThereAlone()
    {
        Action<System.Text.Json.Nodes.JsonObject, byte[]> change = (header, data) =>
        {
            var begin = header["bert.encoder.layer.1.output.dense.weight"]!["data_offsets"]![0]!.GetValue<int>();
            BitConverter.TryWriteBytes(data.AsSpan(begin), 70000f);
        };

        Assert.Contains("70000, float16 holds 65504 at most", Refusal("bert-qa", change, GraphPrecision.Float16));
        using var graph = EncoderGraph.Build(_folder["m"], new GraphOptions());
    }

    [Fact]
    public void Build_UnalignedWeights_GiveTheSameNumbers()
    {
        var golden = Golden.Own("bert-qa");
        _folder.Copy(golden.Folder, "m");
        var (header, data) = SafetensorsFile.Parse(File.ReadAllBytes(_folder["m", "model.safetensors"]));
        foreach (var odd in new[] { 1, 2, 3 })
        {
            File.WriteAllBytes(
                _folder["m", "model.safetensors"],
                SafetensorsFile.Bytes(header.ToJsonString() + new string(' ', odd), data)
            );

            using var graph = EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Plain));
            using var session = new GraphSession(graph);
            Assert.InRange(golden.Difference(session), 0, 1e-4);
        }
    }

    /// <summary>The message with which a golden folder with a changed checkpoint is refused.</summary>
    string Refusal(string name, Action<System.Text.Json.Nodes.JsonObject, byte[]> change, GraphPrecision precision = GraphPrecision.Float32)
    {
        var golden = Golden.Own(name);
        if (!Directory.Exists(_folder["m"]))
        {
            _folder.Copy(golden.Folder, "m");
            SafetensorsFile.Change(_folder["m", "model.safetensors"], change);
        }

        var error = Assert.Throws<PJobException>(() => EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Plain, precision)));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        return error.Message;
    }

    static void Rename(System.Text.Json.Nodes.JsonObject header, string from, string to)
    {
        var entry = header[from]!.DeepClone();
        header.Remove(from);
        header[to] = entry;
    }
}
