using System.Globalization;
using System.Text.Json;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Benchmarks;

/// <summary>The engine, its tokenizer included, against transformers.js with its defaults: batches of 32 in file order, padded.</summary>
static class PeerBenchmark
{
    public static async Task RunAsync(BenchmarkOptions options, Table table)
    {
        await RunAsync(table, "MiniLM shape, short reviews", "short_reviews", options.Full ? 4000 : 400, 128);
        await RunAsync(table, "MiniLM shape, long reviews at 128", "long_reviews", options.Full ? 400 : 40, 128);
    }

    static async Task RunAsync(Table table, string title, string corpus, int count, int maxLength)
    {
        if (!Node.TryFind(out var reason))
        {
            table.Case($"{title}: skipped, {reason}");
            return;
        }

        var texts = Corpus.Texts(corpus, count);
        table.Case($"{title} ({texts.Length} texts), text to embedding");
        var peer = await TransformersJsAsync(Models.MiniLm, texts, maxLength);
        using var engine = new EngineRun(Models.MiniLm, new EngineOptions { Deduplicate = false });
        var encoder = Tokenizer.Load(Models.MiniLm).CreateEncoder(new EncodeOptions { MaxLength = maxLength });
        // As for the peer: what loads and compiles is not counted.
        await engine.MeasureAsync(Corpus.Tokenize(encoder, texts));
        var ours = await Machine.MeasureAsync(peer.Tokens, () => engine.MeasureAsync(Corpus.Tokenize(encoder, texts)));
        table.Row("transformers.js", peer);
        table.Row("tokenizer and engine", ours with { Fill = engine.Stats.Fill }, peer);
    }

    /// <summary>Measured inside its process, without loading the model.</summary>
    public static async Task<Measured> TransformersJsAsync(string model, string[] texts, int maxLength)
    {
        using var folder = new TempFolder();
        var input = folder.Write("texts.jsonl", string.Concat(texts.Select(t => JsonSerializer.Serialize(new { text = t }) + "\n")));
        var output = await Node.RunAsync(
            "bench.mjs",
            [
                "--model",
                model,
                "--texts",
                input,
                "--out",
                folder["unused"],
                "--batch",
                "32",
                "--max-length",
                maxLength.ToString(CultureInfo.InvariantCulture),
            ]
        );
        using var json = JsonDocument.Parse(output);
        double Number(string name) => json.RootElement.GetProperty(name).GetDouble();
        return new Measured(
            (long)Number("tokens"),
            TimeSpan.FromSeconds(Number("cpuSeconds")),
            TimeSpan.FromSeconds(Number("wallSeconds")),
            Number("fill"),
            (long)Number("peakBytes")
        );
    }
}
