using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Contract.Wire;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Tests;

/// <summary>External data may only be a regular file beside the model, wherever in the file a tensor hides.</summary>
public sealed class ExternalDataTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Open_PlainFileBeside_IsUsed()
    {
        Write("weights.bin");
        File.WriteAllBytes(
            _folder["onnx/weights.bin"],
            Enumerable.Range(0, 200).SelectMany(i => BitConverter.GetBytes((float)i)).ToArray()
        );
        var model = ModelFolder.Open(_folder.Path);
        Assert.True(model.Files[0].Bytes > 800);
        using var engine = InferenceEngine.Create(model, new EngineOptions { Device = DeviceKind.Cpu });
        var block = new EncodingBuffer();
        block.Add([7]);
        using var result = await engine.RunAsync(block, default);
        Assert.Equal([28, 29, 30, 31], result.Row(0).ToArray());
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/weights.bin")]
    [InlineData("..\\config.json")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("C:weights.bin")]
    [InlineData("*/_ORT_MEM_ADDR_/*")]
    [InlineData("weights.bin\0.txt")]
    [InlineData("wéights.bin")]
    public void Open_LocationThatIsNoPlainName_IsRefused(string location)
    {
        Write(location);
        Assert.Contains("is not a plain file name", Refusal());
    }

    [Fact]
    public void Open_MissingOrLinkedFile_IsRefused()
    {
        Write("weights.bin");
        Assert.Contains("is not there", Refusal());
        File.CreateSymbolicLink(_folder["onnx/weights.bin"], "/etc/hostname");
        Assert.Contains("is a link", Refusal());
        File.Delete(_folder["onnx/weights.bin"]);
        File.CreateSymbolicLink(_folder["onnx/weights.bin"], "/nowhere/at/all");
        Assert.Contains("is a link", Refusal());
    }

    [Theory]
    [InlineData("attribute")]
    [InlineData("subgraph")]
    [InlineData("function")]
    [InlineData("training")]
    [InlineData("sparse")]
    public void Open_HiddenTensor_IsFound(string place)
    {
        var tensor = Tensor("/etc/passwd");
        var node = new ProtoWriter().Text(1, "input_ids").Text(2, "last_hidden_state").Text(4, "Identity");
        var graph = new ProtoWriter();
        var model = new ProtoWriter().Number(1, 8);
        var hiding = new ProtoWriter().Message(5, tensor);
        switch (place)
        {
            case "attribute":
                node.Message(5, hiding);
                break;
            case "subgraph":
                node.Message(5, new ProtoWriter().Message(6, hiding));
                break;
            case "function":
                model.Message(25, new ProtoWriter().Message(7, new ProtoWriter().Message(5, hiding)));
                break;
            case "training":
                model.Message(20, new ProtoWriter().Message(2, hiding));
                break;
            case "sparse":
                graph.Message(15, new ProtoWriter().Message(1, tensor));
                break;
        }

        graph
            .Message(1, node)
            .Message(11, new ProtoWriter().Text(1, "input_ids"))
            .Message(12, new ProtoWriter().Text(1, "last_hidden_state"));
        TinyModel.Write(_folder);
        TinyModel.WriteBytes(_folder, "onnx/model.onnx", model.Message(7, graph).ToArray());
        Assert.Contains("/etc/passwd", Refusal());
    }

    [Fact]
    public void Read_AnyCutOrFlippedByte_IsRefusedOrReadButNeverWorse()
    {
        TinyModel.Write(_folder);
        var bytes = File.ReadAllBytes(_folder["onnx/model.onnx"]);
        var random = new Random(5);
        for (var n = 0; n < 3000; n++)
        {
            var broken = bytes.ToArray();
            broken[random.Next(broken.Length)] = (byte)random.Next(256);
            if (n % 3 == 0)
            {
                broken = broken[..random.Next(broken.Length)];
            }

            try
            {
                OnnxSummaryReader.Read(broken);
            }
            catch (InvalidDataException)
            {
                // A clear refusal.
            }
        }
    }

    void Write(string location)
    {
        TinyModel.Write(_folder);
        static ProtoWriter Value(string name, int type, params string[] symbols)
        {
            var shape = new ProtoWriter();
            foreach (var symbol in symbols)
            {
                shape.Message(1, new ProtoWriter().Text(2, symbol));
            }

            return new ProtoWriter()
                .Text(1, name)
                .Message(2, new ProtoWriter().Message(1, new ProtoWriter().Number(1, type).Message(2, shape)));
        }

        var graph = new ProtoWriter()
            .Text(2, "g")
            .Message(1, new ProtoWriter().Text(1, "table").Text(1, "input_ids").Text(2, "last_hidden_state").Text(4, "Gather"))
            .Message(5, Tensor(location))
            .Message(11, Value("input_ids", 7, "batch", "length"))
            .Message(12, Value("last_hidden_state", 1, "batch", "length", "hidden"));
        TinyModel.WriteBytes(
            _folder,
            "onnx/model.onnx",
            new ProtoWriter().Number(1, 8).Message(7, graph).Message(8, new ProtoWriter().Text(1, "").Number(2, 17)).ToArray()
        );
    }

    static ProtoWriter Tensor(string location) =>
        new ProtoWriter()
            .Number(1, 50)
            .Number(1, 4)
            .Number(2, 1)
            .Text(8, "table")
            .Message(13, new ProtoWriter().Text(1, "location").Text(2, location))
            .Number(14, 1);

    string Refusal()
    {
        var e = Assert.Throws<PJobException>(() => ModelFolder.Open(_folder.Path));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        return e.Message;
    }
}
