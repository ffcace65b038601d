using ProcessingJob.Inference.Engine;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Benchmarks;

/// <summary>The engine against the ceiling, in turns, so that a disturbed moment disturbs all.</summary>
static class EngineBenchmark
{
    public static async Task RunAsync(BenchmarkOptions options, Table table)
    {
        var scale = options.Full ? 10 : 1;
        await RunAsync(table, "MiniLM shape, short reviews", Models.MiniLm, Corpus.Texts("short_reviews", 400 * scale), 128, means: true);
        await RunAsync(
            table,
            "MiniLM shape, long reviews at 128",
            Models.MiniLm,
            Corpus.Texts("long_reviews", 40 * scale),
            128,
            means: true
        );
        if (!options.Full)
        {
            return;
        }

        await RunAsync(table, "MiniLM shape, long reviews at 512", Models.MiniLm, Corpus.Texts("long_reviews", 200), 512, means: true);
        await RunAsync(table, "DistilBERT shape, short reviews", Models.DistilBert, Corpus.Texts("short_reviews", 150), 128, means: false);
        await RunAsync(table, "RoBERTa-base shape, short reviews", Models.Roberta, Corpus.Texts("short_reviews", 150), 128, means: false);
    }

    static async Task RunAsync(Table table, string title, string model, string[] texts, int maxLength, bool means)
    {
        table.Case($"{title} ({texts.Length} texts)");
        var windows = Corpus.Tokenize(model, texts, maxLength);
        var cases = new List<(string Name, Func<Task<Measured>> Run, IDisposable Owner)>();
        foreach (var budget in (int[])[256, 512, 1024])
        {
            var ceiling = Ceiling.Ideal(model, windows, budget);
            cases.Add(($"ideal, {budget} tokens", ceiling.MeasureAsync, ceiling));
        }

        Engine("engine", new EngineOptions { Deduplicate = false }, windows);
        if (means)
        {
            Engine("engine, budget 256", new EngineOptions { Deduplicate = false, TokenBudget = 256 }, windows);
            Engine("engine, budget 1,024", new EngineOptions { Deduplicate = false, TokenBudget = 1024 }, windows);
            Engine("engine, one caller", new EngineOptions { Deduplicate = false, Threads = 1 }, windows);
            Engine(
                "engine, one caller with all threads",
                new EngineOptions
                {
                    Deduplicate = false,
                    Threads = 1,
                    IntraOpThreads = Environment.ProcessorCount,
                },
                windows
            );
            var usual = Ceiling.FileOrder(model, windows, 32);
            cases.Add(("no engine: 32 texts in file order", usual.MeasureAsync, usual));
        }

        var results = new Measured?[cases.Count];
        for (var round = 0; round < 3; round++)
        {
            for (var c = 0; c < cases.Count; c++)
            {
                var measured = await cases[c].Run();
                // The first round warms up: memory, shapes, compiled code.
                if (round > 0)
                {
                    results[c] = results[c] is { } before ? before + measured : measured;
                }
            }
        }

        var best = results.Take(3).MaxBy(r => r!.TokensPerCpuSecond)!;
        for (var c = 0; c < cases.Count; c++)
        {
            table.Row(cases[c].Name, results[c]!, best);
            cases[c].Owner.Dispose();
        }

        void Engine(string name, EngineOptions engineOptions, EncodingBuffer[] input)
        {
            var run = new EngineRun(model, engineOptions);
            cases.Add((name, () => run.MeasureAsync(input), run));
        }
    }
}
