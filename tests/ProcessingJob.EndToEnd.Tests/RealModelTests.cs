using System.Text.Json.Nodes;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>all-MiniLM-L6-v2 with its real weights, which scripts/test.sh brings.</summary>
public class RealModelTests
{
    [Fact]
    public async Task Run_SentencesOfTheModelsDocumentation_HaveThePublishedSimilarities()
    {
        if (!File.Exists(Path.Combine(Models.MiniLm, "onnx", "model.onnx")))
        {
            Assert.Skip("out/minilm is not there: scripts/minilm.sh out/minilm downloads it");
        }

        using var folder = new TempFolder();
        var texts = folder.Write("texts.txt", "The weather is lovely today.\nIt's so sunny outside!\nHe drove to the stadium.\n");
        var run = await Programs.PjobAsync(
            "run",
            "--task",
            "embed",
            "--model",
            Models.MiniLm,
            "--input.data",
            texts,
            "--output",
            folder["out"]
        );
        Assert.True(run.ExitCode == 0, run.Error);
        var head = await Programs.PjobAsync("head", folder["out"], "-n", "3", "--json");
        var rows = JsonNode.Parse(head.Out)!.AsArray().Select(r => r!["embedding"]!.AsArray().Select(v => (float)v!).ToArray()).ToArray();

        // Quickstart of sentence-transformers (sbert.net), which prints four digits.
        Assert.Equal([0.6660f, 0.1046f, 0.1411f], [Cosine(0, 1), Cosine(0, 2), Cosine(1, 2)]);

        // This model normalises: a dot product is the cosine.
        float Cosine(int a, int b) => MathF.Round(rows[a].Zip(rows[b], (x, y) => x * y).Sum(), 4);
    }
}
