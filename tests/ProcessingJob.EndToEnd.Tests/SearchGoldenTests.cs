using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>Searches in jobs' outputs against the similarities that sentence-transformers gave.</summary>
public sealed class SearchGoldenTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Search_Multivector_GivesTheLibrarysMaxSim()
    {
        var (model, expected) = Golden("colbert");
        var documents = Inputs(expected, "encode_document");
        var matrix = expected["similarity_queries_by_documents"]!.AsArray();
        await RunAsync("multivector", model, documents);
        foreach (var (query, row) in Inputs(expected, "encode_query").Zip(matrix))
        {
            await CheckAsync(query, [.. row!.AsArray().Select(v => (double)v!)], tolerance: 2e-3);
        }
    }

    [Fact]
    public async Task Search_Sparse_GivesTheDotProductsOfTheLibrarysWeights()
    {
        var (model, expected) = Golden("splade-inference-free");
        var documents = Inputs(expected, "encode_document");
        await RunAsync("sparse", model, documents);
        var weights = Weights(expected, "encode_document");
        foreach (var (query, own) in Inputs(expected, "encode_query").Zip(Weights(expected, "encode_query")))
        {
            await CheckAsync(query, [.. weights.Select(w => w.Sum(e => e.Value * own.GetValueOrDefault(e.Key)))], tolerance: 1e-2);
        }
    }

    async Task RunAsync(string task, string model, string[] documents)
    {
        _folder.Write("data/a.jsonl", string.Concat(documents.Select((text, i) => JsonSerializer.Serialize(new { id = i, text }) + "\n")));
        string[] job = ["run", "--task", task, "--model", model, "--embed.role", "document", "--output.data", _folder["out"]];
        string[] input = ["--input.data", _folder["data"], "--input.text", "text", "--input.id", "id", "--input.blank", "embed"];
        var run = await Programs.PjobAsync([.. job, .. input]);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    async Task CheckAsync(string query, double[] expected, double tolerance)
    {
        var search = await Programs.PjobAsync("search", _folder["out"], query, "--top", "100", "--json");
        Assert.True(search.ExitCode == 0, search.Error);
        var hits = JsonNode.Parse(search.Out)!["hits"]!.AsArray();
        Assert.Equal(expected.Length, hits.Count);
        Assert.Equal(hits.Select(h => (double)h!["score"]!).OrderDescending(), hits.Select(h => (double)h!["score"]!));
        foreach (var hit in hits)
        {
            Assert.Equal(expected[(int)hit!["columns"]!["id"]!], (double)hit["score"]!, tolerance);
        }
    }

    static (string Model, JsonNode Expected) Golden(string name)
    {
        var model = Repo.File("tests", "ProcessingJob.Models.Tests", "folders", name);
        return (model, JsonNode.Parse(File.ReadAllText(Path.Combine(model, "expected.json")))!);
    }

    static JsonNode Call(JsonNode expected, string call) => expected["calls"]!.AsArray().First(c => (string?)c!["call"] == call)!;

    static string[] Inputs(JsonNode expected, string call) => [.. Call(expected, call)["inputs"]!.AsArray().Select(i => (string)i!)];

    static Dictionary<string, double>[] Weights(JsonNode expected, string call) =>
        [.. Call(expected, call)["values"]!.AsArray().Select(v => v!.AsObject().ToDictionary(e => e.Key, e => (double)e.Value!))];
}
