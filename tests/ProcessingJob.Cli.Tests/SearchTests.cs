using ProcessingJob.Cli.Search;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Cli.Tests;

public sealed class SearchTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    Task<FinishedOutput> Open() => FinishedOutput.OpenAsync(LocalStore.Within(_folder["out"]), TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(OutputFormat.Parquet, EmbeddingPrecision.Float32, 1e-6)]
    [InlineData(OutputFormat.Jsonl, EmbeddingPrecision.Float32, 1e-6)]
    [InlineData(OutputFormat.Npy, EmbeddingPrecision.Float32, 1e-6)]
    [InlineData(OutputFormat.Parquet, EmbeddingPrecision.Float16, 1e-3)]
    [InlineData(OutputFormat.Npy, EmbeddingPrecision.Float16, 1e-3)]
    [InlineData(OutputFormat.Parquet, EmbeddingPrecision.Int8, 1e-2)]
    [InlineData(OutputFormat.Jsonl, EmbeddingPrecision.Uint8, 1e-2)]
    [InlineData(OutputFormat.Npy, EmbeddingPrecision.Int8, 1e-2)]
    [InlineData(OutputFormat.Npy, EmbeddingPrecision.Uint8, 1e-2)]
    public async Task FindAsync_AnyFormatAndPrecision_EqualsAllCosinesSorted(
        OutputFormat format,
        EmbeddingPrecision precision,
        double tolerance
    )
    {
        var ranges = precision is EmbeddingPrecision.Int8 or EmbeddingPrecision.Uint8 ? SampleOutput.WriteRanges(_folder) : null;
        await SampleOutput.WriteAsync(_folder["out"], format, precision, ranges);
        var output = await Open();
        var query = SampleOutput.Vector(1000);
        var hits = await VectorSearch.FindAsync(output, new(output.Spec, null), query, 5, TestContext.Current.CancellationToken);

        var all = Enumerable
            .Range(0, SampleOutput.Rows)
            .Select(row => (Row: row, Cosine: Cosine(query, SampleOutput.Vector(row))))
            .OrderByDescending(h => h.Cosine)
            .ToList();
        Assert.Equal(5, hits.Count);
        foreach (var (hit, best) in hits.Zip(all))
        {
            var row = (int)(long)hit.Columns["source_row"]!;
            Assert.Equal(best.Cosine, hit.Score, tolerance);
            Assert.Equal(all.Single(a => a.Row == row).Cosine, hit.Score, tolerance);
            Assert.Equal($"r{row}", hit.Columns["id"]);
            Assert.Equal(row == 3 ? SampleOutput.Hostile : $"text {row}", hit.Columns["text"]);
            Assert.Equal(
                row % 2 == 0 ? 1L
                    : row == 7 ? null
                    : 5L,
                hit.Columns["rating"]
            );
        }
    }

    [Theory]
    [InlineData(EmbeddingPrecision.Int8)]
    [InlineData(EmbeddingPrecision.Uint8)]
    public void Decode_Codes_AreOffByHalfAStepAtMost(EmbeddingPrecision precision)
    {
        const int values = 2000;
        var ranges = new EmbeddingRanges([.. Enumerable.Repeat(-1f, values)], [.. Enumerable.Repeat(1f, values)]);
        ranges.Save(_folder["ranges.json"]);
        var vector = Enumerable.Range(0, values).Select(i => -1 + 2f * i / values).ToArray();
        var (quantizer, stored) = (Quantizer.Create(precision, values, ranges), new float[values]);
        if (precision == EmbeddingPrecision.Int8)
        {
            var codes = new sbyte[values];
            quantizer.Quantize(vector, codes);
            stored = Array.ConvertAll(codes, c => (float)c);
        }
        else
        {
            var codes = new byte[values];
            quantizer.Quantize(vector, codes);
            stored = Array.ConvertAll(codes, c => (float)c);
        }

        var decoded = new float[values];
        new VectorDecoder(new() { Embed = new() { Precision = precision } }, _folder["ranges.json"]).Decode(stored, decoded);
        // The step around int8's 0 is twice as wide.
        var errors = vector.Zip(decoded, (v, d) => Math.Abs(v - d)).Order().ToArray();
        Assert.InRange(errors[(int)(values * 0.99)], 0, 1.01 / 255);
        Assert.InRange(errors[^1], 0, 2.01 / 255);
    }

    [Theory]
    [InlineData(OutputFormat.Parquet, EmbeddingPrecision.Binary)]
    [InlineData(OutputFormat.Npy, EmbeddingPrecision.Ubinary)]
    public async Task FindAsync_Bits_ScoresTheirSigns(OutputFormat format, EmbeddingPrecision precision)
    {
        await SampleOutput.WriteAsync(_folder["out"], format, precision);
        var output = await Open();
        var query = SampleOutput.Vector(1001);
        var hits = await VectorSearch.FindAsync(
            output,
            new(output.Spec, null),
            query,
            SampleOutput.Rows,
            TestContext.Current.CancellationToken
        );
        foreach (var hit in hits)
        {
            var signs = SampleOutput.Vector((int)(long)hit.Columns["source_row"]!).Select(v => v > 0 ? 1f : -1f).ToArray();
            Assert.Equal(Cosine(query, signs), hit.Score, 1e-6);
        }
    }

    [Fact]
    public async Task FindAsync_ModelOfAnotherWidth_IsRefused()
    {
        await SampleOutput.WriteAsync(_folder["out"]);
        var output = await Open();
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            VectorSearch.FindAsync(output, new(output.Spec, null), new float[4], 5, TestContext.Current.CancellationToken)
        );
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("8 dimensions, but the model's have 4", e.Message);
    }

    [Fact]
    public async Task FindAsync_DamagedPart_IsNamed()
    {
        await SampleOutput.WriteAsync(_folder["out"]);
        var output = await Open();
        var part = _folder["out", output.Parts.First().Path];
        File.WriteAllBytes(part, File.ReadAllBytes(part)[..^40]);
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            VectorSearch.FindAsync(output, new(output.Spec, null), new float[8], 5, TestContext.Current.CancellationToken)
        );
        Assert.Contains(part, e.Message);
    }

    [Fact]
    public async Task Search_TextOfTheOutput_IsFoundFirst()
    {
        var model = ModelCache.Get(new() { Prompts = new Dictionary<string, string> { ["query"] = "query: " } });
        var spec = new JobSpec
        {
            Model = model,
            Tokens = new() { Prompt = "query: " },
        };
        await SampleOutput.WriteAsync(_folder["out"], model: model);
        // The one thing to check beyond the search itself: the query is encoded as the job's texts are.
        var query = await Queries.VectorAsync(spec, model, "The handle broke.", null, TestContext.Current.CancellationToken);
        var same = await Queries.VectorAsync(spec, model, "query: The handle broke.", "", TestContext.Current.CancellationToken);
        Assert.Equal(same, query);
        var run = await PjobRun.RunAsync("search", _folder["out"], "x");
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("it is not the model of this output", run.Error);
    }

    static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}
