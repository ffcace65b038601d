using System.Text.Json.Nodes;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

/// <summary>What is said of a checkpoint before its numbers are trusted.</summary>
public sealed class ModelWarningsTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_WholeCheckpoint_SaysNothingOfIt() => Assert.Equal(["pooling_guessed"], Codes());

    [Fact]
    public void Of_TensorWithoutAPlace_NamesIt()
    {
        Write(_ => { });
        SafetensorsFile.Set(_folder["m", "model.safetensors"], "encoder.moon.weight", [2], [1, 2]);

        Assert.Contains("1 tensor of the checkpoint, such as encoder.moon.weight, has no place in a bert model", Message("tensors_unused"));
    }

    [Fact]
    public void Of_LayersLeftOut_AreCounted()
    {
        Write(config => config["num_hidden_layers"] = 1);

        Assert.Contains("16 tensors of the checkpoint, such as bert.encoder.layer.1.attention", Message("tensors_unused"));
    }

    [Fact]
    public void Of_CodeOfItsOwn_IsSaidNotToRun()
    {
        Write(config => config["auto_map"] = new JsonObject { ["AutoModel"] = "modeling_moon.MoonModel" });

        Assert.Contains("the numbers are those of transformers' bert", Message("own_code_unused"));
    }

    string Message(string code) => Assert.Single(Warnings(), warning => warning.Code == code).Message;

    IEnumerable<string> Codes() => Warnings().Select(warning => warning.Code);

    IReadOnlyList<Contract.Output.JobWarning> Warnings()
    {
        if (!Directory.Exists(_folder["m"]))
        {
            Write(_ => { });
        }

        var model = ModelFolder.Open(_folder["m"], new ModelOptions { Task = TaskKind.Embed });
        var source = model.SourceFor(DeviceKind.Cpu).Source;
        return ModelWarnings.Of(new JobSpec(), model, source, tokens: 10, maxLength: 8, limit: 8);
    }

    void Write(Action<JsonObject> change)
    {
        var golden = Golden.Own("bert-tokcls");
        _folder.Copy(golden.Folder, "m");
        var config = JsonNode.Parse(golden.Config.GetRawText())!.AsObject();
        config["architectures"] = new JsonArray("BertModel");
        change(config);
        File.WriteAllText(_folder["m", "config.json"], config.ToJsonString());
    }
}
