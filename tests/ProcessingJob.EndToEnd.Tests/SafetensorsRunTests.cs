using System.Text.Json.Nodes;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>A folder as sentence-transformers saves it, without any .onnx file, through pjob.</summary>
public class SafetensorsRunTests
{
    static readonly string Model = Repo.File("tests", "ProcessingJob.Inference.Tests", "goldens", "pool-mean");

    [Fact]
    public async Task Run_FolderWithoutOnnx_GivesTheEmbeddingsOfSentenceTransformersAndSaysFromWhat()
    {
        using var folder = new TempFolder();
        var call = JsonNode.Parse(File.ReadAllText(Path.Combine(Model, "expected.json")))!["calls"]![0]!;
        // Blank texts are rejects of a job.
        var rows = call["inputs"]!
            .AsArray()
            .Zip(call["values"]!.AsArray(), (text, values) => (Text: (string)text!, Values: Floats(values!)))
            .Where(row => !string.IsNullOrWhiteSpace(row.Text))
            .ToArray();
        var data = folder.Write(
            "texts.jsonl",
            string.Concat(rows.Select(row => new JsonObject { ["text"] = row.Text }.ToJsonString() + "\n"))
        );

        var run = await Programs.PjobAsync("run", "--task", "embed", "--model", Model, "--input.data", data, "--output", folder["out"]);

        Assert.True(run.ExitCode == 0, run.Error);
        var head = await Programs.PjobAsync("head", folder["out"], "-n", $"{rows.Length}", "--json");
        var found = JsonNode.Parse(head.Out)!.AsArray().Select(row => Floats(row!["embedding"]!)).ToArray();
        Assert.Equal(rows.Length, found.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            Assert.All(rows[i].Values.Zip(found[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }

        var report = JsonNode.Parse(File.ReadAllText(Directory.EnumerateFiles(folder["out/reports"], "*.json").Single()))!;
        Assert.Equal(("model.safetensors", "the only one"), ((string)report["model_file"]!, (string)report["model_file_reason"]!));
    }

    static float[] Floats(JsonNode values) => [.. values.AsArray().Select(v => (float)v!)];
}
