using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ProcessingJob.Testing;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Benchmarks;

/// <summary>
/// The tokenizers against Hugging Face's own (Rust, one thread, called in batches from Node) on the same texts: CPU time, best pass.
/// </summary>
static class TokenizerBenchmark
{
    const int Passes = 12;

    static readonly (string Family, string Vocabulary, double Goal)[] Families =
    [
        ("WordPiece", "bert-base-uncased", 25),
        ("byte-level BPE", "roberta-base", 15),
        ("Unigram", "xlm-roberta-base-rebuilt", 15),
    ];

    public static async Task RunAsync(BenchmarkOptions options, Table table)
    {
        string[] texts =
        [
            .. Corpus.Texts("short_reviews", int.MaxValue),
            .. Corpus.Texts("womens", int.MaxValue),
            .. Corpus.Texts("long_reviews", options.Full ? int.MaxValue : 500),
        ];
        using var folder = new TempFolder();
        var input = folder.Write("texts.jsonl", string.Concat(texts.Select(t => JsonSerializer.Serialize(new { text = t }) + "\n")));
        foreach (var (family, vocabulary, goal) in Families)
        {
            if (!SharedData.TryFind($"vocabs/{vocabulary}/tokenizer.json", out var file, out var reason) || !Node.TryFind(out reason))
            {
                table.Case($"{family}: skipped, {reason}");
                continue;
            }

            var output = await Node.RunAsync("bench-tokenizer.mjs", [file, input, "3"]);
            using var json = JsonDocument.Parse(output);
            var peer = TimeSpan.FromSeconds(json.RootElement.GetProperty("cpuSeconds").GetDouble());
            var tokenizer = Tokenizer.Load(Path.GetDirectoryName(file)!);
            table.Case($"{family} ({vocabulary}, {texts.Length} texts), goal {goal}x");
            foreach (var offsets in (bool[])[false, true])
            {
                var ours = Best(tokenizer, texts, new EncodeOptions { WithOffsets = offsets }, out var allocated);
                var name = $"{(offsets ? "with offsets" : "ids")}, {allocated / (double)texts.Length:F1} bytes allocated per text";
                table.Row(name, ours, new Measured(ours.Tokens, peer, peer));
            }

            table.Case(
                string.Create(CultureInfo.InvariantCulture, $"  two threads: {TwoThreads(tokenizer, texts):F2} times one, by CPU time")
            );
        }
    }

    static Measured Best(Tokenizer tokenizer, string[] texts, EncodeOptions options, out long allocated)
    {
        var encoder = tokenizer.CreateEncoder(options);
        var buffer = new EncodingBuffer();
        Measured? best = null;
        allocated = 0;
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var (cpu, clock) = (ThreadCpu(), Stopwatch.StartNew());
            var tokens = Pass(encoder, texts, buffer);
            var measured = new Measured(tokens, ThreadCpu() - cpu, clock.Elapsed);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (best == null || measured.Cpu < best.Cpu)
            {
                best = measured;
            }
        }

        return best!;
    }

    /// <summary>Twice the CPU time of one thread alone, over the CPU time of two that do the same work side by side: 2 is ideal.</summary>
    static double TwoThreads(Tokenizer tokenizer, string[] texts)
    {
        var alone = Best(tokenizer, texts, new EncodeOptions(), out _).Cpu;
        var together = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var costs = new TimeSpan[2];
            var threads = costs
                .Select((_, i) => new Thread(() => costs[i] = Best(tokenizer, texts, new EncodeOptions(), out var _).Cpu))
                .ToArray();
            foreach (var thread in threads)
            {
                thread.Start();
            }

            foreach (var thread in threads)
            {
                thread.Join();
            }

            var cost = costs[0] + costs[1];
            if (cost < together)
            {
                together = cost;
            }
        }

        return 4 * (alone / together);
    }

    static long Pass(Encoder encoder, string[] texts, EncodingBuffer buffer)
    {
        var tokens = 0L;
        foreach (var text in texts)
        {
            buffer.Clear();
            encoder.Encode(text, buffer);
            tokens += buffer.TokenCount;
        }

        return tokens;
    }

    /// <summary>CPU time of the calling thread, from /proc; of the process elsewhere.</summary>
    static TimeSpan ThreadCpu()
    {
        if (!File.Exists("/proc/thread-self/schedstat"))
        {
            return Process.GetCurrentProcess().TotalProcessorTime;
        }

        var nanoseconds = long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
        return TimeSpan.FromTicks(nanoseconds / 100);
    }
}
