using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

/// <summary>A key of config.json is honoured, refused by name, or has no effect: never silently something else.</summary>
public sealed class ConfigTests : IDisposable
{
    /// <summary>Wrong for every key that has a meaning; flags and lists have their own kinds of wrong.</summary>
    static readonly string[] Garbage = ["\"garbage\"", "-7", "1e300", "[1]", "{\"x\":1}"];

    readonly TempFolder _folder = new();

    public static TheoryData<string> Folders => OwnGoldenTests.Folders;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Folders))]
    public void Build_AnyKeyWithGarbage_IsRefusedOrGivesTheSameGraph(string name)
    {
        var golden = Golden.Own(name);
        using var original = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Fused));
        _folder.Copy(golden.Folder, "m");
        foreach (var (key, given) in golden.Config.EnumerateObject().Select(property => (property.Name, property.Value)))
        {
            // The divisor of Gemma's scores is the one whole number that may be a fraction.
            var isWhole = given.ValueKind == JsonValueKind.Number && given.TryGetInt64(out var _) && key != "query_pre_attn_scalar";
            foreach (var value in isWhole ? [.. Garbage, "2.5"] : Garbage)
            {
                WriteConfig(golden, config => config[key] = JsonNode.Parse(value));
                try
                {
                    using var graph = EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Fused));
                    Assert.True(original.Model.AsSpan().SequenceEqual(graph.Model), $"{name}: {key} = {value} gives another graph");
                }
                catch (PJobException e)
                {
                    Assert.Equal(ExitCode.Model, e.ExitCode);
                    Assert.Contains(_folder["m"], e.Message);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Build_KeysOfDefaultValueLeftOut_GivesTheSameGraph(string name)
    {
        var golden = Golden.Own(name);
        using var original = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Fused));
        _folder.Copy(golden.Folder, "m");
        var defaults = JsonNode.Parse(ConfigDefaults.Of(original.Family).GetRawText())!.AsObject();
        WriteConfig(
            golden,
            config =>
            {
                foreach (var (key, value) in defaults)
                {
                    if (config.ContainsKey(key) && JsonNode.DeepEquals(config[key], value))
                    {
                        config.Remove(key);
                    }
                }
            }
        );

        using var graph = EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Fused));

        Assert.True(original.Model.AsSpan().SequenceEqual(graph.Model), name);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Build_UnknownKey_IsRefusedUnlessAllowedOrEmpty(string name)
    {
        var golden = Golden.Own(name);
        _folder.Copy(golden.Folder, "m");
        foreach (var nothing in new[] { "null", "false", "0", "\"\"", "[]", "{}" })
        {
            WriteConfig(golden, config => config["scale_by_moon"] = JsonNode.Parse(nothing));
            EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Plain)).Dispose();
        }

        WriteConfig(golden, config => config["scale_by_moon"] = 2);

        Assert.Contains(
            "scale_by_moon",
            Assert.Throws<PJobException>(() => EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Plain))).Message
        );
        using var graph = EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Plain) with { AllowUnknownKeys = true });
        Assert.Equal(["scale_by_moon"], graph.UnknownKeys);
    }

    [Theory]
    [InlineData("bert-qa", "hidden_act", "\"mish\"")]
    [InlineData("bert-qa", "position_embedding_type", "\"relative_key\"")]
    [InlineData("bert-qa", "is_decoder", "true")]
    [InlineData("bert-qa", "num_attention_heads", "5")]
    [InlineData("bert-qa", "quantization_config", """{"quant_method":"bitsandbytes"}""")]
    [InlineData("mpnet-base", "relative_attention_num_buckets", "16")]
    [InlineData("deberta-v2-base-v3", "pos_att_type", "\"p2p\"")]
    [InlineData("deberta-v2-base-v3", "norm_rel_ebd", "\"batch_norm\"")]
    [InlineData("modernbert-base", "layer_types", """["full_attention"]""")]
    [InlineData("modernbert-base", "layer_types", """["full_attention","sliding_attention","chunked_attention","full_attention"]""")]
    [InlineData("nomic_bert-base-hub", "rotary_emb_fraction", "0.5")]
    [InlineData("nomic_bert-base-hub", "rotary_emb_interleaved", "true")]
    [InlineData("nomic_bert-base-hub", "prenorm", "true")]
    [InlineData("nomic_bert-base-hub", "moe_every_n_layers", "2")]
    [InlineData("gte-base-hub", "logn_attention_scale", "true")]
    [InlineData("gte-base-hub", "position_embedding_type", "\"absolute\"")]
    [InlineData("gte-base-hub", "rope_scaling", """{"type":"yarn","factor":2.0}""")]
    [InlineData("t5-base-gated", "feed_forward_proj", "\"gated-mish\"")]
    [InlineData("t5-base-gated", "dense_act_fn", "\"relu\"")]
    [InlineData("t5-base-gated", "is_gated_act", "false")]
    [InlineData("modernbert-base", "rope_parameters", """{"rope_type":"default","rope_theta":10000.0}""")]
    [InlineData("llama-base", "rope_scaling", """{"rope_type":"linear","factor":2.0}""")]
    [InlineData("distilbert-mlm", "tie_word_embeddings", "false")]
    [InlineData("gemma3_text-base", "is_causal", "false")]
    [InlineData("gemma3_text-base", "attn_logit_softcapping", "50.0")]
    [InlineData("qwen3-base", "rope_parameters", """{"rope_type":"yarn","rope_theta":1000000.0,"factor":4.0}""")]
    [InlineData("llama-base", "num_key_value_heads", "3")]
    [InlineData("llama-base", "pretraining_tp", "2")]
    [InlineData("llama-base", "rope_parameters", """{"rope_type":"default","rope_theta":10000.0,"partial_rotary_factor":0.5}""")]
    public void Build_SettingThatIsNotImplemented_IsRefusedByName(string name, string key, string value)
    {
        var golden = Golden.Own(name);
        _folder.Copy(golden.Folder, "m");
        WriteConfig(golden, config => config[key] = JsonNode.Parse(value));

        var error = Assert.Throws<PJobException>(() => EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Plain)));

        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.True(error.Message.Contains(key) || error.Message.Contains("rope scaling"), error.Message);
    }

    /// <summary>transformers takes two labels where config.json says nothing, and refuses weights of another shape.</summary>
    [Theory]
    [InlineData("{}", "without id2label and num_labels there are 2 labels, tensor classifier.weight has")]
    [InlineData("""{"num_labels":9}""", "num_labels says 9 labels, tensor classifier.weight has")]
    [InlineData("""{"id2label":{"0":"a"}}""", "id2label names 1 label, tensor classifier.weight has")]
    public void Build_LabelsThatAreNotTheTensors_AreRefused(string labels, string expected)
    {
        var golden = Golden.Own("bert-tokcls");
        _folder.Copy(golden.Folder, "m");
        WriteConfig(
            golden,
            config =>
            {
                config.Remove("id2label");
                config.Remove("label2id");
                foreach (var (key, value) in JsonNode.Parse(labels)!.AsObject())
                {
                    config[key] = value!.DeepClone();
                }
            }
        );

        var error = Assert.Throws<PJobException>(() => EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Plain)));

        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Build_QuantizationOverSeveralLines_IsRefusedInOne()
    {
        var golden = Golden.Own("bert-qa");
        _folder.Copy(golden.Folder, "m");
        File.WriteAllText(
            _folder["m", "config.json"],
            golden.Config.GetRawText().Insert(1, "\n\"quantization_config\": {\n  \"bits\": 4\n},")
        );

        var error = Assert.Throws<PJobException>(() => EncoderGraph.Build(_folder["m"], golden.Options(GraphForm.Plain)));

        Assert.Contains("quantization_config is { \"bits\": 4 }", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("""{"model_type":"whisper"}""", "model_type is whisper")]
    [InlineData("""{"model_type":7}""", "model_type is missing")]
    [InlineData("""{}""", "model_type is missing")]
    [InlineData("""[]""", "expected an object")]
    [InlineData("""{""", "not valid JSON")]
    [InlineData("""{"model_type":"bert"}""", "hidden_size is missing")]
    public void Build_UnusableConfig_IsRefused(string config, string fault)
    {
        var golden = Golden.Own("bert-qa");
        _folder.Copy(golden.Folder, "m");
        File.WriteAllText(_folder["m", "config.json"], config);

        Assert.Contains(fault, Assert.Throws<PJobException>(() => EncoderGraph.Build(_folder["m"], new GraphOptions())).Message);
    }

    [Theory]
    [InlineData("bert-qa", GraphHead.QuestionAnswering)]
    [InlineData("electra-seqcls", GraphHead.SequenceClassification)]
    [InlineData("distilbert-mlm", GraphHead.MaskedLanguageModel)]
    [InlineData("albert-base", GraphHead.None)]
    public void Build_HeadAuto_IsThatOfTheArchitecture(string name, GraphHead head)
    {
        using var graph = EncoderGraph.Build(Golden.Own(name).Folder, new GraphOptions());

        Assert.Equal(head, graph.Head);
    }

    [Fact]
    public void Build_HeadThatTheFamilyLacks_IsRefused()
    {
        var golden = Golden.Own("t5-base-gated");

        var error = Assert.Throws<PJobException>(() =>
            EncoderGraph.Build(golden.Folder, new GraphOptions { Head = GraphHead.QuestionAnswering })
        );

        Assert.Contains("QuestionAnswering is not implemented for t5", error.Message);
    }

    [Fact]
    public void Build_ArchitectureThatIsNotKnown_IsRefused()
    {
        var golden = Golden.Own("bert-qa");
        _folder.Copy(golden.Folder, "m");
        WriteConfig(golden, config => config["architectures"] = new JsonArray("BertForMultipleChoice"));

        Assert.Contains(
            "BertForMultipleChoice",
            Assert.Throws<PJobException>(() => EncoderGraph.Build(_folder["m"], new GraphOptions())).Message
        );
    }

    void WriteConfig(Golden golden, Action<JsonObject> change)
    {
        var config = JsonNode.Parse(golden.Config.GetRawText())!.AsObject();
        change(config);
        File.WriteAllText(_folder["m", "config.json"], config.ToJsonString());
    }
}
