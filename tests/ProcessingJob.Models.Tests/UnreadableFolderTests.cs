using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

/// <summary>Folders as people have them that cannot be run: the message names what is there and says what to do.</summary>
public sealed class UnreadableFolderTests : IDisposable
{
    const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 90868376\n";

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pytorch_model.bin", "pytorch_model.bin, a pickle")]
    [InlineData("pytorch_model-00001-of-00002.bin", "pytorch_model-00001-of-00002.bin, a pickle")]
    [InlineData("tf_model.h5", "tf_model.h5, weights of TensorFlow")]
    [InlineData("flax_model.msgpack", "flax_model.msgpack, weights of Flax")]
    [InlineData("model-q4_k_m.gguf", "model-q4_k_m.gguf, a file of llama.cpp")]
    [InlineData("openvino/openvino_model.xml", "openvino/openvino_model.xml, a graph of OpenVINO")]
    [InlineData("model.fp16.safetensors", "model.fp16.safetensors, expected model.safetensors")]
    [InlineData("adapter_config.json", "adapter_config.json, an adapter of PEFT")]
    [InlineData("README.md", "has no model.safetensors and no .onnx file")]
    public void Open_OtherWeightsAlone_AreNamed(string file, string expected)
    {
        Copy();
        File.Delete(_folder["m", "model.safetensors"]);
        _folder.Write($"m/{file}", "x");

        var message = Refusal("m");

        Assert.Contains(expected, message);
        Assert.Contains("fix: ", message);
    }

    /// <summary>transformers would load the adapter too, and give other numbers than the model's own.</summary>
    [Fact]
    public void Open_AdapterBesideTheModel_IsRefused()
    {
        Copy();
        _folder.Write("m/adapter_config.json", """{"peft_type":"LORA"}""");

        Assert.Contains("adapter_config.json, an adapter of PEFT", Refusal("m"));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    public void Open_PointerOfGitLfs_IsNamed(string file)
    {
        Copy();
        _folder.Write($"m/{file}", Pointer);

        var message = Refusal("m");

        Assert.Contains($"{file}: is a pointer of Git LFS", message);
        Assert.Contains("git lfs pull", message);
    }

    [Fact]
    public void Open_OnnxFileThatIsAPointer_IsNamed()
    {
        Copy();
        File.Delete(_folder["m", "model.safetensors"]);
        _folder.Write("m/onnx/model.onnx", Pointer);

        Assert.Contains("model.onnx: is a pointer of Git LFS", Refusal("m"));
    }

    [Theory]
    [InlineData("models--owner--name", "snapshots/0a1b")] // the hub's cache
    [InlineData("run", "checkpoint-500")] // a trainer's output
    public void Open_FolderAboveTheModel_NamesTheModels(string outer, string inner)
    {
        _folder.Copy(Golden.Own("bert-base-sharded").Folder, outer, inner);

        Assert.Contains($"found it in {_folder[outer, inner]}; fix: ", Refusal(outer));
    }

    [Fact]
    public void Open_LinkToNothing_NamesWhereItPoints()
    {
        Copy();
        File.Delete(_folder["m", "model.safetensors"]);
        File.CreateSymbolicLink(_folder["m", "model.safetensors"], "../blobs/0a1b");

        Assert.Contains("model.safetensors: cannot be read: it is a link to ../blobs/0a1b, which is not there", Refusal("m"));
    }

    [Fact]
    public void Open_ShardThatIsNotThere_NamesTheIndex()
    {
        _folder.Copy(Golden.Own("bert-base-sharded").Folder, "m");
        File.Delete(Directory.GetFiles(_folder["m"], "model-*.safetensors").Order().First());

        Assert.Contains("is missing, and model.safetensors.index.json names it; fix: ", Refusal("m"));
    }

    [Fact]
    public void Open_GgufWithoutConfig_IsNamed()
    {
        _folder.Write("m/model-q4_k_m.gguf", "x");

        Assert.Contains("config.json: is missing: found model-q4_k_m.gguf, a file of llama.cpp", Refusal("m"));
    }

    [Fact]
    public void Open_ModelOfImagesToo_IsNamed()
    {
        _folder.Write("m/config.json", """{"model_type":"clip","text_config":{"hidden_size":32},"vision_config":{}}""");

        Assert.Contains("clip is a model of more than texts", Refusal("m"));
    }

    [Fact]
    public void Open_RefusedFile_IsNamedWithoutDetours()
    {
        Copy();
        File.Delete(_folder["m", "model.safetensors"]);
        _folder.Write("m/model.safetensors", "x");

        Assert.Contains(_folder["m", "model.safetensors"], Refusal("m"));
    }

    void Copy()
    {
        var golden = Golden.Own("albert-base").Folder;
        _folder.Copy(golden, "m");
    }

    string Refusal(string name)
    {
        var error = Assert.Throws<PJobException>(() =>
        {
            var model = ModelFolder.Open(_folder[name], new ModelOptions { Task = TaskKind.Embed });
            model.SourceFor(DeviceKind.Cpu).Source.ReadInputs();
        });
        Assert.Equal(ExitCode.Model, error.ExitCode);
        return error.Message;
    }
}
