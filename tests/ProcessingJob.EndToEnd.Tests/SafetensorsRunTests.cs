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

        var report = JsonNode.Parse(File.ReadAllText(Directory.EnumerateFiles(folder["out/_reports"], "*.json").Single()))!;
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
            fingerprints.Add((string)JsonNode.Parse(File.ReadAllText(Path.Combine(output, "_manifest.json")))!["model_fingerprint"]!);
        }

        // The same content is the same model, however it is linked.
        Assert.Equal(fingerprints[1], fingerprints[0]);
    }

    [Fact]
    public async Task Run_ClassifierWithoutOnnx_GivesThePipelinesScores()
    {
        var model = Golden("electra-seqcls");
        using var folder = new TempFolder();
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(model, "expected.json")))!;
        var rows = expected["texts"]!
            .AsArray()
            .Zip(expected["outputs"]!.AsArray())
            // The others are pairs.
            .Where(row => row.First is JsonValue)
            .Select(row => (Text: (string)row.First!, Logits: Floats(row.Second!["logits"]!)))
            .ToArray();
        var data = Write(folder, rows.Select(row => new JsonObject { ["text"] = row.Text }));

        var run = await Programs.PjobAsync("run", "--task", "classify", "--model", model, "--input.data", data, "--output", folder["out"]);

        Assert.True(run.ExitCode == 0, run.Error);
        var found = await HeadAsync(folder["out"], rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            var best = rows[i].Logits.Max();
            var score = 1 / rows[i].Logits.Sum(logit => Math.Exp(logit - best));
            Assert.Equal($"L{Array.IndexOf(rows[i].Logits, best)}", (string)found[i]!["label"]!);
            Assert.Equal(score, (double)found[i]!["score"]!, 1e-4);
        }

        var resolved = JsonNode.Parse(File.ReadAllText(folder["out/_manifest.json"]))!["resolved"]!;
        Assert.Equal(
            ("safetensors", "model.safetensors", "the only one", "float32", false, "softmax"),
            (
                (string)resolved["graph_origin"]!,
                (string)resolved["model_file"]!,
                (string)resolved["model_file_reason"]!,
                (string)resolved["graph_precision"]!,
                (bool)resolved["batch_dependent"]!,
                (string)resolved["activation"]!
            )
        );
    }

    [Fact]
    public async Task RunAndAsk_AnswererWithoutOnnx_GiveTheSameAnswers()
    {
        const string Context = "Paris is the capital of France. Berlin is the capital of Germany.";
        string[] questions = ["What is the capital of France?", "who?"];
        var model = Golden("bert-qa");
        using var folder = new TempFolder();
        var data = Write(folder, questions.Select(q => new JsonObject { ["question"] = q, ["context"] = Context }));

        string[] columns = ["--input.question", "question", "--input.context", "context"];
        var run = await Programs.PjobAsync([
            "run",
            "--task",
            "answer",
            "--model",
            model,
            "--input.data",
            data,
            "--output",
            folder["out"],
            .. columns,
        ]);

        Assert.True(run.ExitCode == 0, run.Error);
        var found = await HeadAsync(folder["out"], questions.Length);
        var context = folder.Write("context.txt", Context);
        for (var i = 0; i < questions.Length; i++)
        {
            var (answer, start, end) = ((string)found[i]!["answer"]!, (int)found[i]!["start"]!, (int)found[i]!["end"]!);
            Assert.Equal(Context[start..end], answer);
            var ask = await Programs.PjobAsync("ask", model, "--context", context, "--question", questions[i], "--json");
            Assert.True(ask.ExitCode == 0, ask.Error);
            // That no answer may be better still is said apart.
            var asked = JsonNode.Parse(ask.Out)!["candidates"]![0]!;
            Assert.Equal(answer, (string)asked["answer"]!);
            Assert.Equal((double)found[i]!["score"]!, (double)asked["score"]!, 1e-5);
        }
    }

    [Fact]
    public async Task Search_EncoderWithoutOnnx_FindsATextByItself()
    {
        using var folder = new TempFolder();
        string[] texts = ["The weather is fine today.", "Paris is the capital of France.", "short", "a parcel came too late"];
        var data = Write(folder, texts.Select(text => new JsonObject { ["text"] = text }));
        var run = await Programs.PjobAsync([
            "run",
            "--task",
            "embed",
            "--model",
            Model,
            "--input.data",
            data,
            "--output",
            folder["out"],
            "--input.keep",
            "text",
        ]);
        Assert.True(run.ExitCode == 0, run.Error);
        foreach (var text in texts)
        {
            var search = await Programs.PjobAsync("search", folder["out"], text, "--top", "1", "--json");
            Assert.True(search.ExitCode == 0, search.Error);
            var hit = JsonNode.Parse(search.Out)!["hits"]![0]!;
            Assert.Contains(text, hit.ToJsonString());
            Assert.Equal(1, (double)hit["score"]!, 1e-5);
        }
    }

    static string Golden(string name) => Repo.File("tests", "ProcessingJob.Models.Tests", "goldens", name);

    static string Write(TempFolder folder, IEnumerable<JsonObject> rows) =>
        folder.Write("rows.jsonl", string.Concat(rows.Select(row => row.ToJsonString() + "\n")));

    static async Task<JsonArray> HeadAsync(string output, int rows)
    {
        var head = await Programs.PjobAsync("head", output, "-n", $"{rows}", "--json");
        var found = JsonNode.Parse(head.Out)!.AsArray();
        Assert.Equal(rows, found.Count);
        return found;
    }

    static float[] Floats(JsonNode values) => [.. values.AsArray().Select(v => (float)v!)];
}
