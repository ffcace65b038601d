using System.Numerics.Tensors;
using System.Text.Json;
using ProcessingJob.Testing;

namespace ProcessingJob.Samples.Tests;

public class SampleModelsTests
{
    static readonly long[] SomeIds = [.. Enumerable.Range(5, 20).Select(i => (long)i)];

    public static TheoryData<ModelFamily, ModelHead> Kinds() =>
        [.. from family in Enum.GetValues<ModelFamily>() from head in Enum.GetValues<ModelHead>() select (family, head)];

    [Theory, MemberData(nameof(Kinds))]
    public void Write_EveryFamilyAndHead_RunsWithTheShapesOfItsHead(ModelFamily family, ModelHead head)
    {
        using var run = new PlainRun(ModelCache.Get(new() { Family = family, Head = head }));
        var outputs = run.Outputs(SomeIds);

        var expected = head switch
        {
            ModelHead.Encoder => new Dictionary<string, int> { ["last_hidden_state"] = SomeIds.Length * ModelSize.Tiny.Hidden },
            ModelHead.QuestionAnswering => new() { ["start_logits"] = SomeIds.Length, ["end_logits"] = SomeIds.Length },
            _ => new() { ["logits"] = 3 },
        };
        Assert.Equal(expected, outputs.ToDictionary(output => output.Key, output => output.Value.Length));
        Assert.All(outputs.Values, values => Assert.True(TensorPrimitives.IsFiniteAll<float>(values)));
        string[] inputs = family == ModelFamily.Bert ? ["input_ids", "attention_mask", "token_type_ids"] : ["input_ids", "attention_mask"];
        Assert.Equal(inputs, run.Session.InputNames);
    }

    [Theory]
    [InlineData(ModelFamily.Bert)]
    [InlineData(ModelFamily.Roberta)]
    [InlineData(ModelFamily.DistilBert)]
    public void Write_AnyFamily_IsFusedByOnnxRuntime(ModelFamily family)
    {
        using var temp = new TempFolder();
        var optimized = temp["optimized.onnx"];
        using var run = new PlainRun(ModelCache.Get(new() { Family = family }), optimized);

        Assert.Equal(ModelSize.Tiny.Layers, PlainRun.CountNodes(optimized, "Attention"));
        Assert.Equal(ModelSize.Tiny.Layers, PlainRun.CountNodes(optimized, "BiasGelu"));
        Assert.Equal(0, PlainRun.CountNodes(optimized, "ReduceMean"));
    }

    [Fact]
    public void Write_SameSeed_GivesTheSameBytes()
    {
        using var temp = new TempFolder();
        foreach (var (name, seed) in new[] { ("a", 7), ("b", 7), ("c", 8) })
        {
            SampleModels.Write(temp[name], new() { Seed = seed });
        }

        byte[] Model(string name) => File.ReadAllBytes(temp[name, "onnx", "model.onnx"]);
        Assert.Equal(Model("a"), Model("b"));
        Assert.NotEqual(Model("a"), Model("c"));
        Assert.Equal(File.ReadAllText(temp["a", "tokenizer.json"]), File.ReadAllText(temp["c", "tokenizer.json"]));
    }

    [Fact]
    public void Write_PoolingNormalizeAndPrompts_AreInTheFilesOfSentenceTransformers()
    {
        using var temp = new TempFolder();
        SampleModels.Write(
            temp.Path,
            new()
            {
                Pooling = "cls",
                Normalize = true,
                MaxSequenceLength = 64,
                Prompts = new Dictionary<string, string> { ["query"] = "query: " },
            }
        );

        JsonElement Read(params string[] file) => JsonDocument.Parse(File.ReadAllText(temp[file])).RootElement;
        Assert.Equal(
            ["Transformer", "Pooling", "Normalize"],
            Read("modules.json").EnumerateArray().Select(module => module.GetProperty("type").GetString()!.Split('.')[^1])
        );
        var pooling = Read("1_Pooling", "config.json");
        Assert.True(pooling.GetProperty("pooling_mode_cls_token").GetBoolean());
        Assert.False(pooling.GetProperty("pooling_mode_mean_tokens").GetBoolean());
        Assert.Equal(ModelSize.Tiny.Hidden, pooling.GetProperty("word_embedding_dimension").GetInt32());
        Assert.Equal(64, Read("sentence_bert_config.json").GetProperty("max_seq_length").GetInt32());
        Assert.Equal("query: ", Read("config_sentence_transformers.json").GetProperty("prompts").GetProperty("query").GetString());
    }

    [Fact]
    public void Write_TokenizerThatPadsWithAnotherId_IsRefused()
    {
        var roberta = ModelCache.Get(new() { Family = ModelFamily.Roberta });
        using var temp = new TempFolder();
        var error = Assert.Throws<ArgumentException>(() =>
            SampleModels.Write(temp.Path, new() { Family = ModelFamily.Bert, TokenizerFolder = roberta })
        );
        Assert.Contains("[PAD] should be an added token with id 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_GivenTokenizer_IsTakenWithItsSize()
    {
        var given = ModelCache.Get(new() { Size = ModelSize.Tiny with { Vocabulary = 1234 } });
        var model = ModelCache.Get(new() { TokenizerFolder = given });
        var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(model, "config.json"))).RootElement;
        Assert.Equal(1234, config.GetProperty("vocab_size").GetInt32());
        Assert.Equal(File.ReadAllText(Path.Combine(given, "tokenizer.json")), File.ReadAllText(Path.Combine(model, "tokenizer.json")));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(3000)]
    public void Write_AnyVocabulary_HasExactlyThatManyDistinctTokens(int vocabulary)
    {
        var folder = ModelCache.Get(new() { Family = ModelFamily.Roberta, Size = ModelSize.Tiny with { Vocabulary = vocabulary } });
        var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer.json"))).RootElement;
        Assert.Equal(
            Enumerable.Range(0, vocabulary),
            json.GetProperty("model").GetProperty("vocab").EnumerateObject().Select(token => token.Value.GetInt32()).Order()
        );
    }
}
