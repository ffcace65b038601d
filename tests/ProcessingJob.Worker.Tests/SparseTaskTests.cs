using System.Globalization;
using System.Text.Json;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Graphs;
using ProcessingJob.Testing;

namespace ProcessingJob.Worker.Tests;

public class SparseTaskTests
{
    public static TheoryData<string> Folders => TaskGoldens.Of("st", "kind", "sparse");

    public static TheoryData<string> MaskedModels => TaskGoldens.Of("hf", "task", "mlm");

    [Theory, MemberData(nameof(Folders))]
    public async Task Write_FolderOfASparseEncoder_GivesTheLibrarysWeights(string name)
    {
        var folder = TaskGoldens.Folder("st", name);
        foreach (var call in TaskGoldens.Calls(TaskGoldens.Expected(folder), "encode"))
        {
            var spec = TaskGoldens.Spec(TaskKind.Sparse, call) with
            {
                Sparse = new() { TopK = TaskGoldens.Argument(call, "max_active_dims")?.GetInt32() ?? 0 },
            };
            using var run = await TaskRun.Of(spec, folder, TaskGoldens.Lines(call));
            var expected = call.GetProperty("values").EnumerateArray().Select(Weights).ToArray();
            var rows = run.Rows.Get<ValueColumn<long>>("source_row");
            // A text without tokens, which a table gives no weight at all, is a reject.
            Assert.All(run.Rejects, r => Assert.Empty(expected[(int)r.SourceRow]));
            Assert.Equal(expected.Length, rows.Count + run.Rejects.Count);
            for (var i = 0; i < rows.Count; i++)
            {
                Check(expected[(int)rows[i]], run, i, limit: spec.Sparse.TopK);
            }
        }
    }

    [Theory, MemberData(nameof(MaskedModels))]
    public async Task Write_MaskedModelOfTransformers_GivesItsSpladeWeights(string name)
    {
        var folder = TaskGoldens.Folder("hf", name);
        var golden = TaskGoldens.Expected(folder);
        var spec = new JobSpec
        {
            Task = TaskKind.Sparse,
            Input = new() { Text = ["a"], Blank = BlankTexts.Embed },
            Tokens = new() { MaxLength = golden.GetProperty("max_length").GetInt32() },
        };
        var texts = golden.GetProperty("texts").EnumerateArray().ToArray();
        using var run = await TaskRun.Of(
            spec,
            folder,
            [.. texts.Where(t => t.ValueKind == JsonValueKind.String).Select(t => JsonSerializer.Serialize(new { a = t.GetString() }))]
        );
        Assert.Empty(run.Rejects);
        var row = 0;
        foreach (var (text, output) in texts.Zip(golden.GetProperty("outputs").EnumerateArray()))
        {
            if (text.ValueKind != JsonValueKind.String)
            {
                continue;
            }

            var splade = output.GetProperty("splade");
            var found = Found(run, row++);
            var expected = Weights(splade.GetProperty("top"));
            var largest = expected.Values.Max();
            Assert.All(expected, e => Assert.Equal(e.Value, found.GetValueOrDefault(e.Key), 1e-4 * largest));
            Assert.Equal(splade.GetProperty("sum").GetDouble(), found.Values.Sum(), 1e-4 * splade.GetProperty("sum").GetDouble());
            Assert.InRange(found.Count - splade.GetProperty("nonzero").GetInt32(), -1, 1);
        }
    }

    [Fact]
    public async Task Write_TopKAndMinWeight_KeepTheLargestInOrder()
    {
        var folder = TaskGoldens.Folder("st", "splade-max");
        var lines = new[] { JsonSerializer.Serialize(new { a = "The quick brown fox jumps over the lazy dog." }) };
        var spec = new JobSpec
        {
            Task = TaskKind.Sparse,
            Input = new() { Text = ["a"] },
        };
        using var whole = await TaskRun.Of(spec, folder, lines);
        var all = Found(whole, 0);
        using var few = await TaskRun.Of(spec with { Sparse = new() { TopK = 7 } }, folder, lines);
        Assert.Equal(all.OrderByDescending(w => w.Value).Take(7).OrderBy(w => w.Key), Found(few, 0));
        var least = all.Values.Order().ElementAt(all.Count / 2);
        using var large = await TaskRun.Of(spec with { Sparse = new() { MinWeight = least } }, folder, lines);
        Assert.Equal(all.Where(w => w.Value >= (float)least), Found(large, 0));
    }

    [Fact]
    public async Task Write_RealModel_GivesItsTermsAndWeights()
    {
        var folder = TaskGoldens.Folder("real", "splade-tiny");
        Assert.SkipUnless(Directory.Exists(folder), $"{folder} is not there.");
        var golden = TaskGoldens.Expected(folder).EnumerateArray().ToArray();
        var spec = new JobSpec
        {
            Task = TaskKind.Sparse,
            Input = new() { Text = ["a"], Blank = BlankTexts.Embed },
            Tokens = new() { MaxLength = 256 },
        };
        using var run = await TaskRun.Of(
            spec,
            folder,
            [.. golden.Select(g => JsonSerializer.Serialize(new { a = g.GetProperty("text").GetString() }))]
        );
        Assert.Empty(run.Rejects);
        Assert.Equal(golden.Length, run.Rows.Count);
        for (var i = 0; i < golden.Length; i++)
        {
            var found = Found(run, i);
            Assert.Equal(golden[i].GetProperty("sum").GetDouble(), found.Values.Sum(), 1e-2);
            Assert.InRange(found.Count - golden[i].GetProperty("nonzero").GetInt32(), -1, 1);
            foreach (var term in golden[i].GetProperty("top").EnumerateArray())
            {
                Assert.Equal(term[2].GetDouble(), found[term[1].GetInt32()], 1e-4);
            }
        }
    }

    [Theory]
    [InlineData("max", "relu")]
    [InlineData("max", "log1p_relu")]
    [InlineData("sum", "relu")]
    [InlineData("sum", "log1p_relu")]
    public async Task Write_OnnxFileWithLogitsOfEveryToken_GivesWhatTheSafetensorsGive(string strategy, string activation)
    {
        using var folder = new TempFolder();
        var built = folder.Copy(TaskGoldens.Folder("st", "splade-max"), "built");
        File.WriteAllText(
            Path.Combine(built, "1_SpladePooling", "config.json"),
            JsonSerializer.Serialize(new { pooling_strategy = strategy, activation_function = activation })
        );
        var exported = folder.Copy(built, "exported");
        GraphExport.Write(built, Path.Combine(exported, "onnx", "model.onnx"), GraphPrecision.Float32);
        File.Delete(Path.Combine(exported, "model.safetensors"));
        var call = TaskGoldens.Calls(TaskGoldens.Expected(built), "encode").First();
        var spec = TaskGoldens.Spec(TaskKind.Sparse, call);
        using var expected = await TaskRun.Of(spec, built, TaskGoldens.Lines(call));
        using var run = await TaskRun.Of(spec, exported, TaskGoldens.Lines(call));
        for (var row = 0; row < expected.Rows.Count; row++)
        {
            Check(Found(expected, row), run, row, limit: 0);
        }
    }

    static void Check(SortedDictionary<int, double> expected, TaskRun run, int row, int limit)
    {
        var found = Found(run, row);
        var largest = expected.Count == 0 ? 1 : expected.Values.Max();
        // Which of two nearly equal weights is the last that is kept, or is zero, is a matter of rounding.
        foreach (var index in expected.Keys.Union(found.Keys))
        {
            if (limit > 0 && (!expected.ContainsKey(index) || !found.ContainsKey(index)))
            {
                Assert.Equal(expected.Values.Min(), expected.GetValueOrDefault(index, found.GetValueOrDefault(index)), 1e-4 * largest);
            }
            else
            {
                Assert.Equal(expected.GetValueOrDefault(index), found.GetValueOrDefault(index), 1e-4 * largest);
            }
        }
    }

    static SortedDictionary<int, double> Weights(JsonElement weights) =>
        new(weights.EnumerateObject().ToDictionary(w => int.Parse(w.Name, CultureInfo.InvariantCulture), w => w.Value.GetDouble()));

    static SortedDictionary<int, double> Found(TaskRun run, int row)
    {
        var indices = run.Rows.Get<ListColumn<int>>("indices")[row].ToArray();
        var values = run.Rows.Get<ListColumn<float>>("values")[row].ToArray();
        Assert.Equal(indices.Order(), indices);
        Assert.DoesNotContain(0f, values);
        return new(indices.Zip(values).ToDictionary(p => p.First, p => (double)p.Second));
    }
}
