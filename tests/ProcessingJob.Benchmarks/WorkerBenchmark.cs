using System.Globalization;
using ProcessingJob.Testing;

namespace ProcessingJob.Benchmarks;

/// <summary>The whole worker, files in and files out, as a process.</summary>
static class WorkerBenchmark
{
    public static async Task RunAsync(BenchmarkOptions options, Table table)
    {
        await RunAsync(table, "MiniLM shape, short reviews", "short_reviews", options.Full ? 15_000 : 1500, 128);
        await RunAsync(table, "MiniLM shape, long reviews at 128", "long_reviews", options.Full ? 1500 : 200, 128);
        if (options.Full)
        {
            await RunAsync(table, "MiniLM shape, long reviews at 512", "long_reviews", 1000, 512);
        }
    }

    static async Task RunAsync(Table table, string title, string corpus, int count, int maxLength)
    {
        var texts = Corpus.Texts(corpus, count);
        // Corpora are put together of several sources: a part of the texts must be one of all of them.
        var few = Every(10);
        var quarter = Every(4);
        table.Case($"{title} ({texts.Length} texts)");
        // The ideal is measured before, between and after, so that a disturbed moment shows.
        var sample = Corpus.Tokenize(Models.MiniLm, quarter, maxLength);
        using var small = Ceiling.Ideal(Models.MiniLm, sample, 256);
        using var large = Ceiling.Ideal(Models.MiniLm, sample, 512);
        await small.MeasureAsync();
        var (idealSmall, idealLarge) = (await small.MeasureAsync(), await large.MeasureAsync());
        var (tenth, _) = await WorkerProcess.RunAsync(Models.MiniLm, few, maxLength);
        var (whole, busy) = await WorkerProcess.RunAsync(Models.MiniLm, texts, maxLength);
        (idealSmall, idealLarge) = (idealSmall + await small.MeasureAsync(), idealLarge + await large.MeasureAsync());
        var peer = Node.TryFind(out _) ? await PeerBenchmark.TransformersJsAsync(Models.MiniLm, quarter, maxLength) : null;
        (idealSmall, idealLarge) = (idealSmall + await small.MeasureAsync(), idealLarge + await large.MeasureAsync());

        var ideal = idealSmall.TokensPerCpuSecond > idealLarge.TokensPerCpuSecond ? idealSmall : idealLarge;
        var steady = new Measured(whole.Tokens - tenth.Tokens, whole.Cpu - tenth.Cpu, whole.Wall - tenth.Wall, whole.Fill, whole.PeakBytes);
        table.Row("ideal", ideal, ideal);
        if (peer is not null)
        {
            table.Row("transformers.js, without its start", peer, ideal);
        }

        table.Row("worker, a tenth of the rows", tenth, ideal);
        table.Row("worker, all rows", whole, ideal);
        table.Row("worker, the rows beyond the tenth", steady, ideal);
        table.Case(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  device busy {busy:P1}; peak memory {(double)whole.PeakBytes / tenth.PeakBytes:F2} times that of a tenth"
            )
                + (
                    peer is null
                        ? ""
                        : string.Create(
                            CultureInfo.InvariantCulture,
                            $"; {steady.TokensPerCpuSecond / peer.TokensPerCpuSecond:F2} times transformers.js"
                        )
                )
        );

        string[] Every(int nth) => [.. texts.Where((_, i) => i % nth == 0)];
    }
}
