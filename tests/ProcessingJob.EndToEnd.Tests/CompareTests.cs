using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary><c>pjob compare</c> on outputs of real jobs, with MiniLM's weights where they are here: each difference is named.</summary>
public sealed class CompareTests(CompareTests.First first) : IClassFixture<CompareTests.First>, IDisposable
{
    const int Rows = 60;
    readonly TempFolder _folder = new();

    static string Model => File.Exists(Path.Combine(Models.MiniLm, "onnx", "model.onnx")) ? Models.MiniLm : Models.Tiny;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("prompt", "another prompt: prompt '' and 'query: '")]
    [InlineData("pooling", "another pooling: pooling mean and max")]
    [InlineData("precision", "another precision of the stored embeddings: embed.precision float32 and binary")]
    [InlineData("model", "another model: ")]
    [InlineData("shuffled", "ids or rows are shuffled")]
    [InlineData("max_length", "texts cut at another length: max_length")]
    public async Task Compare_OneThingChanged_IsNamed(string change, string cause)
    {
        var a = first.Output;
        var b = await RunAsync(
            "b",
            s =>
                change switch
                {
                    "prompt" => s with { Tokens = s.Tokens with { Prompt = "query: " } },
                    "pooling" => s with { Embed = s.Embed with { Pooling = PoolingKind.Max } },
                    "precision" => s with { Embed = s.Embed with { Precision = EmbeddingPrecision.Binary } },
                    "model" => s with { Model = OtherModel() },
                    "shuffled" => s with { Input = s.Input with { Data = Write(_folder, "shuffled", i => (i + 7) % Rows) } },
                    _ => s with { Tokens = s.Tokens with { MaxLength = 6 } },
                }
        );

        var (code, found) = await CompareAsync(a, b);

        Assert.Equal((1, "different"), (code, (string?)found["verdict"]));
        Assert.Contains(cause, (string)found["likely_causes"]![0]!);
        Assert.Equal(change == "shuffled" ? Rows : 0, (int)found["elsewhere"]!);
    }

    /// <summary>As hubs hold it: one folder with both files, or a folder of its own.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compare_QuantizedModel_IsNamed(bool isOneFolder)
    {
        Assert.SkipUnless(Model == Models.MiniLm, "out/minilm is not there: scripts/minilm.sh out/minilm downloads it");
        var folder = _folder["quantized"];
        foreach (var file in Directory.EnumerateFiles(Model, "*.json", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Model, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        // The folder of its own has no module that only a folder says.
        Directory.CreateDirectory(Path.Combine(folder, "onnx"));
        Directory.CreateDirectory(Path.Combine(folder, "2_Normalize"));
        var (plain, quantized) = (Path.Combine("onnx", "model.onnx"), Path.Combine("onnx", "model_quint8.onnx"));
        QuantizedModel.Write(Path.Combine(Model, plain), Path.Combine(folder, quantized));
        var a = first.Output;
        if (isOneFolder)
        {
            File.CreateSymbolicLink(Path.Combine(folder, plain), Path.Combine(Model, plain));
            a = await RunAsync("a", s => s with { Model = folder });
        }

        // Its activations share a scale over the batch.
        var compute = new ComputeSpec { AllowBatchDependent = true, ModelFile = quantized };
        var b = await RunAsync("b", s => s with { Model = folder, Compute = compute });

        var (code, found) = await CompareAsync(a, b);

        Assert.Equal((1, "different"), (code, (string?)found["verdict"]));
        Assert.Equal(
            "another precision of the graph: precision of the graph float32 and quantized_dynamic",
            (string?)found["likely_causes"]![0]
        );
        Assert.Equal(
            !isOneFolder,
            found["likely_causes"]!.AsArray().Any(c => ((string)c!).StartsWith("another model", StringComparison.Ordinal))
        );
        Assert.InRange((double)found["cosines"]!["median"]!, 0.95, 0.98);
    }

    /// <summary>int8 with good ranges keeps cosines above the limit: equal, yet not the same, and it says why.</summary>
    [Fact]
    public async Task Compare_Int8AgainstFloat32_IsEqualAndNamed()
    {
        var rows = await JobClient.OpenAsync(first.Output);
        var (min, max) = (Array.Empty<float>(), Array.Empty<float>());
        await foreach (var row in rows.RowsAsync())
        {
            var vector = row.Embedding.ToArray();
            min = min.Length == 0 ? vector : [.. min.Zip(vector, Math.Min)];
            max = max.Length == 0 ? vector : [.. max.Zip(vector, Math.Max)];
        }

        var ranges = _folder["ranges.json"];
        new EmbeddingRanges(min, max).Save(ranges);
        var b = await RunAsync("b", s => s with { Embed = s.Embed with { Precision = EmbeddingPrecision.Int8, Ranges = ranges } });

        var ended = await Programs.PjobAsync("compare", first.Output, b, "--ranges", ranges);

        Assert.True(ended.ExitCode == 0, ended.Out + ended.Error);
        Assert.Contains("EQUAL\n", ended.Out);
        Assert.Contains("likely cause: another precision of the stored embeddings: embed.precision float32 and int8 (ranges-", ended.Out);

        max[0] += 1;
        new EmbeddingRanges(min, max).Save(ranges);
        var wrong = await Programs.PjobAsync("compare", first.Output, b, "--ranges", ranges);

        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("--ranges: found ", wrong.Error);
    }

    [Fact]
    public async Task Compare_SameJobInAnotherFormatAndOrder_IsIdentical()
    {
        var a = first.Output;
        var b = await RunAsync(
            "b",
            s => s with { Output = s.Output with { Format = OutputFormat.Npy }, Input = s.Input with { Sharding = Sharding.ByKey } }
        );

        var (code, found) = await CompareAsync(a, b);

        Assert.Equal((0, "identical"), (code, (string?)found["verdict"]));
        Assert.Equal((Rows, 1.0), ((int)found["matched"]!, (double)found["neighbors_kept"]!));
        Assert.Empty(found["reasons"]!.AsArray());
    }

    [Fact]
    public async Task Compare_RowsMissingAndAValueChanged_SaysWhich()
    {
        var a = await RunAsync("a", s => s);
        _folder.Write(
            "fewer/a.jsonl",
            string.Concat(
                Enumerable.Range(0, Rows - 5).Select(i => Line(i, i).Replace("\"stars\": 3", "\"stars\": 4", StringComparison.Ordinal))
            )
        );
        var b = await RunAsync("b", s => s with { Input = s.Input with { Data = _folder["fewer"] } });
        var page = _folder["compare.html"];

        var ended = await Programs.PjobAsync("compare", a, b, "--html", page);

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("DIFFERENT", ended.Out);
        Assert.Contains("5 rows are in A alone and 0 in B alone (matched by id)", ended.Out);
        Assert.Contains("stars: other values in 11 rows, such as k3: 3 -> 4", ended.Out);
        Assert.Contains("the input is not the same", ended.Out);
        Assert.Contains("<h2>What is different</h2>", await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken));
    }

    static string Line(int id, int text)
    {
        var fit = text % 3 == 0 ? "well" : "badly";
        return $$"""{"id": "k{{id}}", "text": "the {{text * 37 % 101}} red dresses of size {{text}} fit {{fit}}", "stars": {{id % 5}}}"""
            + "\n";
    }

    static string Write(TempFolder root, string folder, Func<int, int> textOf)
    {
        root.Write($"{folder}/a.jsonl", string.Concat(Enumerable.Range(0, Rows).Select(i => Line(i, textOf(i)))));
        return root[folder];
    }

    static string OtherModel() => Model == Models.Tiny ? ModelCache.Get(new() { Normalize = true, Seed = 99 }) : Models.Tiny;

    Task<string> RunAsync(string name, Func<JobSpec, JobSpec> change) =>
        RunAsync(change(first.Spec with { Output = new() { Data = _folder[name] } }));

    static async Task<string> RunAsync(JobSpec spec)
    {
        var result = await JobClient.RunAsync(spec);
        Assert.True(result.Code == ExitCode.Done, result.Message);
        return result.Output;
    }

    static async Task<(int Code, JsonNode Found)> CompareAsync(string a, string b)
    {
        var ended = await Programs.PjobAsync("compare", a, b, "--json");
        Assert.True(ended.Out.Length > 0, ended.Error);
        return (ended.ExitCode, JsonNode.Parse(ended.Out)!);
    }

    /// <summary>The output that every other is compared with.</summary>
    public sealed class First : IAsyncLifetime
    {
        readonly TempFolder _folder = new();

        public First()
        {
            Environment.SetEnvironmentVariable(WorkerCommand.Variable, Programs.Worker.Arguments[0]);
            Spec = new()
            {
                Name = "compare",
                Model = Model,
                Input = new()
                {
                    Data = Write(_folder, "data", i => i),
                    Text = ["text"],
                    Id = "id",
                    Keep = ["stars"],
                },
                Tokens = new() { Prompt = "" },
                Output = new() { Data = _folder["a"] },
            };
        }

        public JobSpec Spec { get; }

        public string Output => Spec.Output.Data;

        public async ValueTask InitializeAsync() => await RunAsync(Spec);

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
