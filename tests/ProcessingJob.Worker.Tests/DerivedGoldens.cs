using System.Text.Json.Nodes;
using ProcessingJob.Testing;

namespace ProcessingJob.Worker.Tests;

/// <summary>
/// Goldens of transformers with another head, so that every family has one for a task: what transformers gave for the encoder, or for
/// several labels, fixes what the new head must give.
/// </summary>
static class DerivedGoldens
{
    /// <summary>Encoders whose class for token classification is one linear layer over the last hidden state, and that class.</summary>
    public static readonly IReadOnlyDictionary<string, string> Encoders = new Dictionary<string, string>
    {
        ["albert-base"] = "AlbertForTokenClassification",
        ["distilbert-base"] = "DistilBertForTokenClassification",
        ["electra-base"] = "ElectraForTokenClassification",
        ["mpnet-base"] = "MPNetForTokenClassification",
        ["xlm-roberta-base"] = "XLMRobertaForTokenClassification",
    };

    /// <summary>Classifiers of three labels, and their last layer.</summary>
    public static readonly IReadOnlyDictionary<string, string> Classifiers = new Dictionary<string, string>
    {
        ["albert-seqcls"] = "classifier",
        ["distilbert-seqcls"] = "classifier",
        ["electra-seqcls"] = "classifier.out_proj",
        ["gte-seqcls"] = "classifier",
        ["jina_embeddings_v3-seqcls"] = "classifier.out_proj",
        ["modernbert-seqcls-cls"] = "classifier",
        ["mpnet-seqcls"] = "classifier.out_proj",
        ["roberta-seqcls"] = "classifier.out_proj",
    };

    /// <summary>
    /// The encoder with a layer of four labels over each token; expected.json gives their logits. Null where it is not there.
    /// </summary>
    public static TempFolder? TokenLabels(string name)
    {
        if (Copy(name) is not { } folder)
        {
            return null;
        }

        const int Labels = 4;
        var expected = Read(folder, "expected.json");
        var outputs = expected["outputs"]!.AsArray();
        var width = outputs[0]!["cls"]!.AsArray().Count;
        var random = new Random(7);
        float[] weight = [.. Enumerable.Range(0, Labels * width).Select(_ => random.NextSingle() - 0.5f)];
        float[] bias = [.. Enumerable.Range(0, Labels).Select(_ => random.NextSingle() - 0.5f)];
        var weights = folder["model", "model.safetensors"];
        SafetensorsFile.Set(weights, "classifier.weight", [Labels, width], weight);
        SafetensorsFile.Set(weights, "classifier.bias", [Labels], bias);
        foreach (var output in outputs)
        {
            output!["logits"] = new JsonArray([
                .. output["hidden"]!
                    .AsArray()
                    .Select(row => new JsonArray([
                        .. bias.Select((b, label) => b + row!.AsArray().Select((h, i) => (double)h! * weight[label * width + i]).Sum()),
                    ])),
            ]);
        }

        Write(folder, "expected.json", expected);
        ChangeConfig(folder, Labels, Encoders[name]);
        return folder;
    }

    /// <summary>The classifier with its first label only. Null where it is not there.</summary>
    public static TempFolder? FirstLabel(string name)
    {
        if (Copy(name) is not { } folder)
        {
            return null;
        }

        var weights = folder["model", "model.safetensors"];
        var layer = Classifiers[name];
        var weight = SafetensorsFile.Get(weights, $"{layer}.weight");
        var labels = SafetensorsFile.Get(weights, $"{layer}.bias");
        var width = weight.Length / labels.Length;
        SafetensorsFile.Set(weights, $"{layer}.weight", [1, width], weight[..width]);
        SafetensorsFile.Set(weights, $"{layer}.bias", [1], labels[..1]);
        var expected = Read(folder, "expected.json");
        foreach (var output in expected["outputs"]!.AsArray())
        {
            output!["logits"] = new JsonArray((double)output["logits"]![0]!);
        }

        Write(folder, "expected.json", expected);
        ChangeConfig(folder, 1, null);
        return folder;
    }

    static TempFolder? Copy(string name)
    {
        var source = TaskGoldens.Folder("hf", name);
        if (!Directory.Exists(source))
        {
            return null;
        }

        var folder = new TempFolder();
        folder.Copy(source, "model");
        return folder;
    }

    static void ChangeConfig(TempFolder folder, int labels, string? architecture)
    {
        var config = Read(folder, "config.json");
        config["id2label"] = new JsonObject(Enumerable.Range(0, labels).Select(i => KeyValuePair.Create($"{i}", (JsonNode?)$"L{i}")));
        config["label2id"] = new JsonObject(Enumerable.Range(0, labels).Select(i => KeyValuePair.Create($"L{i}", (JsonNode?)i)));
        if (architecture is not null)
        {
            config["architectures"] = new JsonArray(architecture);
        }

        Write(folder, "config.json", config);
    }

    static JsonNode Read(TempFolder folder, string file) => JsonNode.Parse(File.ReadAllBytes(folder["model", file]))!;

    static void Write(TempFolder folder, string file, JsonNode content) => File.WriteAllText(folder["model", file], content.ToJsonString());
}
