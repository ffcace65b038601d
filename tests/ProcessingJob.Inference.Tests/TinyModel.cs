using System.Text.Json.Nodes;
using ProcessingJob.Models.Onnx;
using ProcessingJob.Testing;

namespace ProcessingJob.Inference.Tests;

/// <summary>
/// A model folder of one Gather: the embedding of id n in dimension d is n * 10 + d. Built with this project's own writer, so that every
/// file of it can be varied.
/// </summary>
static class TinyModel
{
    public const int Hidden = 4;
    public const int Vocabulary = 50;

    public static string Write(
        TempFolder folder,
        string onnx = "onnx/model.onnx",
        Action<OnnxGraphWriter>? more = null,
        string output = "last_hidden_state",
        JsonObject? config = null
    )
    {
        var graph = new OnnxGraphWriter()
            .Input("input_ids", OnnxGraphWriter.Int64, "batch", "length")
            .Constant(
                "table",
                [Vocabulary, Hidden],
                Enumerable.Range(0, Vocabulary * Hidden).Select(i => i / Hidden * 10f + i % Hidden).ToArray().AsSpan()
            )
            .Node("Gather", ["table", "input_ids"], [output])
            .Output(output, OnnxGraphWriter.Float, "batch", "length", Hidden);
        more?.Invoke(graph);
        WriteBytes(folder, onnx, graph.ToModel());
        config ??= new JsonObject();
        config["model_type"] ??= "bert";
        config["hidden_size"] ??= Hidden;
        config["max_position_embeddings"] ??= 64;
        config["vocab_size"] ??= Vocabulary;
        folder.Write("config.json", config.ToJsonString());
        return folder.Path;
    }

    public static void WriteBytes(TempFolder folder, string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        File.WriteAllBytes(folder[name], bytes);
    }

    /// <summary>modules.json with these modules after the Transformer, each "Type" or "Type:config.json".</summary>
    public static void Modules(TempFolder folder, params string[] modules)
    {
        var list = new JsonArray(Module(0, "", "Transformer"));
        for (var i = 0; i < modules.Length; i++)
        {
            var parts = modules[i].Split(':', 2);
            list.Add(Module(i + 1, $"{i + 1}_{parts[0]}", parts[0]));
            if (parts.Length == 2)
            {
                folder.Write($"{i + 1}_{parts[0]}/config.json", parts[1]);
            }
        }

        folder.Write("modules.json", list.ToJsonString());
    }

    static JsonObject Module(int index, string path, string type) =>
        new()
        {
            ["idx"] = index,
            ["name"] = $"{index}",
            ["path"] = path,
            ["type"] = "sentence_transformers.models." + type,
        };
}
