using System.Text.Json.Nodes;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Testing;

namespace ProcessingJob.Models.Tests;

public class VocabularyDecoderTests
{
    const string Words = "distilbert.embeddings.word_embeddings.weight";
    const string Bias = "vocab_projector.bias";

    /// <summary>More entries than are decoded at a time.</summary>
    const int Entries = 40_000;

    [Theory]
    [InlineData(GraphForm.Plain, false, false)]
    [InlineData(GraphForm.Plain, true, true)]
    [InlineData(GraphForm.Fused, false, true)]
    [InlineData(GraphForm.Fused, true, false)]
    public void Weights_LargeVocabulary_IsDecodedInParts(GraphForm form, bool sum, bool doubleLog)
    {
        using var folder = new TempFolder();
        var small = Repo.File("tests", "ProcessingJob.Models.Tests", "goldens", "distilbert-mlm");
        var large = folder.Copy(small, "large");
        var entries = Enlarge(large);
        IReadOnlyDictionary<string, long[]>[] texts = [Text(2, 30, 12, 5, 3), Text(2, 7, 3)];
        var (expected, found) = (Run(small), Run(large));
        for (var text = 0; text < texts.Length; text++)
        {
            for (var e = 0; e < Entries; e++)
            {
                // A new entry is its bias, of every token.
                var one = Math.Log(1 + Math.Max(0, BiasOf(e)));
                one = doubleLog ? Math.Log(1 + one) : one;
                var wanted = e < entries ? expected[text * entries + e] : (sum ? texts[text]["input_ids"].Length : 1) * one;
                Assert.Equal(wanted, found[text * Entries + e], 1e-4);
            }
        }

        float[] Run(string path)
        {
            using var graph = EncoderGraph.Build(
                path,
                new()
                {
                    Form = form,
                    Head = GraphHead.VocabularyWeights,
                    Pooling = new VocabularyPooling(sum, doubleLog),
                }
            );
            using var session = new GraphSession(graph, external: form == GraphForm.Fused);
            return session.Run(texts, 0)[EncoderGraph.SparseEmbedding].Values;
        }
    }

    static float BiasOf(int entry) => entry % 7 - 3;

    static Dictionary<string, long[]> Text(params long[] ids) =>
        new() { ["input_ids"] = ids, ["attention_mask"] = [.. ids.Select(_ => 1L)] };

    /// <summary>Adds entries without an embedding of their own, but with a bias.</summary>
    static int Enlarge(string folder)
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!;
        config["vocab_size"] = Entries;
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        var path = Path.Combine(folder, "model.safetensors");
        var (header, data) = SafetensorsFile.Parse(File.ReadAllBytes(path));
        var (before, larger) = (0, new List<byte>());
        foreach (var (name, tensor) in header.Where(t => t.Key != "__metadata__"))
        {
            var (from, to) = ((int)tensor!["data_offsets"]![0]!, (int)tensor["data_offsets"]![1]!);
            var bytes = data[from..to];
            if (name is Words or Bias)
            {
                before = (int)tensor["shape"]![0]!;
                bytes = [.. bytes, .. new byte[(long)(to - from) / before * (Entries - before)]];
                for (var e = before; name == Bias && e < Entries; e++)
                {
                    BitConverter.TryWriteBytes(bytes.AsSpan(4 * e), BiasOf(e));
                }

                tensor["shape"]![0] = Entries;
            }

            tensor["data_offsets"] = new JsonArray(larger.Count, larger.Count + bytes.Length);
            larger.AddRange(bytes);
        }

        File.WriteAllBytes(path, SafetensorsFile.Bytes(header.ToJsonString(), [.. larger]));
        return before;
    }
}
