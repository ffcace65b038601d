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

    [Fact]
    public async Task Run_LinkToASnapshotOfTheHubsCache_IsAModelFolder()
    {
        using var folder = new TempFolder();
        // models--owner--name/snapshots/<commit>/config.json -> ../../blobs/<hash>, and a link to the snapshot.
        var snapshot = Directory.CreateDirectory(folder["hub", "snapshots", "0123"]).FullName;
        Directory.CreateDirectory(folder["hub", "blobs"]);
        foreach (var (i, file) in Directory.GetFiles(Model, "*", SearchOption.AllDirectories).Index())
        {
            var link = Path.Combine(snapshot, Path.GetRelativePath(Model, file));
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.Copy(file, folder["hub", "blobs", $"{i:x4}"]);
            File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, folder["hub", "blobs", $"{i:x4}"]));
        }

        Directory.CreateSymbolicLink(folder["model"], snapshot);
        var data = folder.Write("texts.txt", "one text\nanother\n");

        Assert.Equal(0, (await Programs.PjobAsync("model", "inspect", folder["model"])).ExitCode);
        var fingerprints = new List<string>();
        foreach (var (model, output) in new[] { (folder["model"], folder["linked"]), (Model, folder["plain"]) })
        {
            var run = await Programs.PjobAsync("run", "--model", model, "--input.data", data, "--output", output);
            Assert.True(run.ExitCode == 0, run.Error);
            fingerprints.Add((string)JsonNode.Parse(File.ReadAllText(Path.Combine(output, "manifest.json")))!["model_fingerprint"]!);
        }

        // The same content is the same model, however it is linked.
        Assert.Equal(fingerprints[1], fingerprints[0]);
    }

    static float[] Floats(JsonNode values) => [.. values.AsArray().Select(v => (float)v!)];
}
