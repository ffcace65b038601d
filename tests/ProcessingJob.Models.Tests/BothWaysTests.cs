using System.Text.Json.Nodes;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

/// <summary>Decoders whose config.json says is_causal: false see both ways (transformers 5, masking_utils.py).</summary>
public sealed class BothWaysTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>EuroBERT is Llama without the causal mask, in tensors and keys alike.</summary>
    [Theory]
    [InlineData(GraphForm.Plain)]
    [InlineData(GraphForm.Fused)]
    public void Build_LlamaThatIsNotCausal_GivesEuroBertsNumbers(GraphForm form)
    {
        var golden = Golden.Own("llama-base");
        var row = golden.Rows[0];
        var causal = Run("causal", form, [row]);
        var expected = Run("euro", form, [row], ("model_type", "eurobert"), ("pretraining_tp", null));

        var found = Run("both", form, [row], ("is_causal", false));

        Assert.Equal(expected.Length, found.Length);
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
        Assert.Contains(found.Zip(causal), pair => Math.Abs(pair.First - pair.Second) > 0.01f);
    }

    /// <summary>In one layer a token is moved by those at most the window away, on both sides.</summary>
    [Theory]
    [InlineData(GraphForm.Plain)]
    [InlineData(GraphForm.Fused)]
    public void Build_WindowThatIsNotCausal_ReachesBothWaysAndNoFurther(GraphForm form)
    {
        const int at = 6;
        const int window = 3;
        long[] ids = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
        long[] other = [.. ids];
        other[at] = 40;
        (string, JsonNode?)[] keys =
        [
            ("model_type", "mistral"),
            ("is_causal", false),
            ("sliding_window", window),
            ("num_hidden_layers", 1),
            ("attention_bias", null),
            ("mlp_bias", null),
            ("pretraining_tp", null),
        ];
        var before = Run("a", form, [Row(ids)], keys);
        var after = Run("b", form, [Row(other)], keys);

        var width = before.Length / ids.Length;
        for (var token = 0; token < ids.Length; token++)
        {
            var moved = Enumerable.Range(token * width, width).Any(i => Math.Abs(before[i] - after[i]) > 1e-6f);
            Assert.True(moved == Math.Abs(token - at) <= window, $"token {token}");
        }
    }

    static Dictionary<string, long[]> Row(long[] ids) => new() { ["input_ids"] = ids, ["attention_mask"] = [.. ids.Select(_ => 1L)] };

    float[] Run(
        string name,
        GraphForm form,
        IReadOnlyList<IReadOnlyDictionary<string, long[]>> rows,
        params (string Key, JsonNode? Value)[] keys
    )
    {
        var golden = Golden.Own("llama-base");
        var folder = _folder.Copy(golden.Folder, name);
        var config = JsonNode.Parse(golden.Config.GetRawText())!.AsObject();
        foreach (var (key, value) in keys)
        {
            config[key] = value?.DeepClone();
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        using var graph = EncoderGraph.Build(folder, new GraphOptions { Form = form, Head = GraphHead.None });
        using var session = new GraphSession(graph);
        return session.Run(rows, 0)["last_hidden_state"].Values;
    }
}
