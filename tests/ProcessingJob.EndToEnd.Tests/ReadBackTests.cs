using System.Text.Json.Nodes;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;
using ProcessingJob.Launcher;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>What a job wrote, read by <see cref="JobClient.OpenAsync"/>: the same values from every format.</summary>
public sealed class ReadBackTests : IDisposable
{
    const int Rows = 30;
    readonly TempFolder _folder = new();

    public ReadBackTests()
    {
        Environment.SetEnvironmentVariable(WorkerCommand.Variable, Programs.Worker.Arguments[0]);
        _folder.Write(
            "data/a.jsonl",
            string.Concat(
                Enumerable.Range(0, Rows).Select(i => $$"""{"key": "k{{i}}", "text": "row number {{i}}", "stars": {{i % 5}}}""" + "\n")
            )
        );
    }

    [Fact]
    public async Task RowsAsync_EmbeddingsInAnyFormat_AreTheSame()
    {
        var parquet = await RunAsync(OutputFormat.Parquet);
        var jsonl = await RunAsync(OutputFormat.Jsonl);
        var npy = await RunAsync(OutputFormat.Npy);
        var arrow = await RunAsync(OutputFormat.Arrow);
        Assert.Equal(Rows, parquet.Count);
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => $"k{i}"), parquet.Select(r => r.Get<string>("key")));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => (long)(i % 5)), parquet.Select(r => r.Get<long>("stars")));
        Assert.All(parquet, r => Assert.Equal(1, Math.Sqrt(r.Embedding.Sum(v => (double)v * v)), 1e-4));
        foreach (var other in new[] { jsonl, npy, arrow })
        {
            Assert.Equal(parquet.Select(r => r.Embedding), other.Select(r => r.Embedding));
            Assert.Equal(parquet.Select(r => r.Get<long>("stars")), other.Select(r => r.Get<long>("stars")));
        }
    }

    [Theory]
    [InlineData(OutputFormat.Parquet)]
    [InlineData(OutputFormat.Arrow)]
    [InlineData(OutputFormat.Jsonl)]
    public async Task RowsAsync_Tokens_AreIntegers(OutputFormat format)
    {
        var rows = await RunAsync(format, TaskKind.Tokenize);
        Assert.All(
            rows,
            r =>
            {
                var ids = r.Get<int[]>("input_ids")!;
                Assert.Equal(r.Get<long>("token_count"), ids.Length);
                Assert.Equal(ids.Length, r.Get<sbyte[]>("attention_mask")!.Length);
            }
        );
        Assert.NotEqual(rows[0].Get<int[]>("input_ids"), rows[1].Get<int[]>("input_ids"));
    }

    [Fact]
    public async Task RowsAsync_KeptColumnsOfManyTypes_AreValuesInEveryFormat()
    {
        WriteTypes(_folder["types", "a.parquet"]);
        var parquet = await RunAsync(OutputFormat.Parquet, TaskKind.Tokenize, "types");
        var jsonl = await RunAsync(OutputFormat.Jsonl, TaskKind.Tokenize, "types");
        var arrow = await RunAsync(OutputFormat.Arrow, TaskKind.Tokenize, "types");
        foreach (var rows in new[] { parquet, jsonl, arrow })
        {
            // A kept column may have the name of another task's.
            Assert.Equal([0.5, 1.5], rows[0].Get<object?[]>("embedding"));
            Assert.Equal([], rows[1].Get<object?[]>("embedding"));
            Assert.Equal(["01:02:03.5", null], rows.Select(r => r.Get<string>("at")));
            Assert.Equal(["12.50", "-0.01"], rows.Select(r => r.Get<string>("price")));
            Assert.Equal(["2020-01-02", null], rows.Select(r => r.Get<string>("day")));
            Assert.Empty(rows[0].Embedding);
        }
    }

    [Theory]
    [InlineData(OutputFormat.Parquet)]
    [InlineData(OutputFormat.Arrow)]
    [InlineData(OutputFormat.Jsonl)]
    [InlineData(OutputFormat.Npy)]
    public async Task RowsAsync_RenamedColumnBesideAKeptOneOfItsName_AreBothThere(OutputFormat format)
    {
        WriteTypes(_folder["types", "a.parquet"]);
        var isTable = format is OutputFormat.Parquet or OutputFormat.Arrow;
        var rows = await RunAsync(
            format,
            data: "types",
            change: s =>
                s with
                {
                    Input = s.Input with { Keep = format == OutputFormat.Npy ? [] : ["embedding"] },
                    Output = s.Output with
                    {
                        Names = [KeyValuePair.Create("embedding", "vector")],
                        Vector = isTable ? VectorKind.FixedSizeList : VectorKind.List,
                    },
                }
        );
        Assert.All(rows, r => Assert.Equal(1, Math.Sqrt(r.Embedding.Sum(v => (double)v * v)), 1e-4));
        Assert.All(rows, r => Assert.DoesNotContain("vector", r.Values.Keys));
        if (format != OutputFormat.Npy)
        {
            Assert.Equal([0.5, 1.5], rows[0].Get<object?[]>("embedding"));
        }

        var check = await Programs.PjobAsync("check", _folder[$"types-Embed-{format}"]);
        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        var head = await Programs.PjobAsync("head", _folder[$"types-Embed-{format}"], "--json");
        Assert.Equal(rows[0].Embedding, JsonNode.Parse(head.Out)![0]!["vector"]!.AsArray().Select(v => (float)v!));
    }

    [Theory]
    [InlineData(OutputFormat.Parquet)]
    [InlineData(OutputFormat.Arrow)]
    public async Task RunAsync_InputWithoutRows_WritesOneEmptyPartAndWarns(OutputFormat format)
    {
        _folder.Write("none/a.csv", "key,text,stars\n");
        var rows = await RunAsync(
            format,
            data: "none",
            change: s => s with { Input = s.Input with { AllowEmpty = true, Keep = ["stars"] } }
        );
        Assert.Empty(rows);
        var output = await JobClient.OpenAsync(_folder[$"none-Embed-{format}"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains(output.Manifest.Warnings, w => w.Code == "no_rows");
        var part = Assert.Single(output.Manifest.Parts);
        Assert.Equal(0, part.Rows);
        Assert.Equal(
            ["key", "stars", "embedding", "token_count", "truncated", "source_file", "source_row"],
            format == OutputFormat.Parquet
                ? ParquetNames(_folder[$"none-Embed-{format}", part.Path])
                : ArrowNames(_folder[$"none-Embed-{format}", part.Path])
        );
        Assert.Equal(0, (await Programs.PjobAsync("check", _folder[$"none-Embed-{format}"])).ExitCode);
    }

    static IEnumerable<string> ParquetNames(string path)
    {
        using var reader = new ParquetSharp.Arrow.FileReader(path);
        return [.. reader.Schema.FieldsList.Select(f => f.Name)];
    }

    static IEnumerable<string> ArrowNames(string path)
    {
        using var reader = new Apache.Arrow.Ipc.ArrowFileReader(File.OpenRead(path));
        Assert.Equal(0, reader.RecordBatchCountAsync().AsTask().GetAwaiter().GetResult());
        return [.. reader.Schema.FieldsList.Select(f => f.Name)];
    }

    static void WriteTypes(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ParquetSharp.Column[] columns =
        [
            new ParquetSharp.Column<string>("text"),
            new ParquetSharp.Column<string>("key"),
            new ParquetSharp.Column<long>("stars"),
            new ParquetSharp.Column<double[]>("embedding"),
            new ParquetSharp.Column<TimeSpan?>("at", ParquetSharp.LogicalType.Time(true, ParquetSharp.TimeUnit.Micros)),
            new ParquetSharp.Column<decimal>("price", ParquetSharp.LogicalType.Decimal(29, 2)),
            new ParquetSharp.Column<ParquetSharp.Date?>("day"),
        ];
        using var writer = new ParquetSharp.ParquetFileWriter(path, columns);
        using var group = writer.AppendRowGroup();
        group.NextColumn().LogicalWriter<string>().WriteBatch(["one", "two"]);
        group.NextColumn().LogicalWriter<string>().WriteBatch(["k0", "k1"]);
        group.NextColumn().LogicalWriter<long>().WriteBatch([1, 2]);
        group
            .NextColumn()
            .LogicalWriter<double[]>()
            .WriteBatch([
                [0.5, 1.5],
                [],
            ]);
        group.NextColumn().LogicalWriter<TimeSpan?>().WriteBatch([new TimeSpan(0, 1, 2, 3, 500), null]);
        group.NextColumn().LogicalWriter<decimal>().WriteBatch([12.50m, -0.01m]);
        group.NextColumn().LogicalWriter<ParquetSharp.Date?>().WriteBatch([new ParquetSharp.Date(new DateTime(2020, 1, 2)), null]);
        writer.Close();
    }

    [Fact]
    public async Task Get_ColumnThatIsNotThere_ListsThoseThatAre()
    {
        var rows = await RunAsync(OutputFormat.Parquet);
        var e = Assert.Throws<PJobException>(() => rows[0].Get<string>("label"));
        Assert.Contains("label: the output has no such column; it has key, ", e.Message);
        Assert.Contains("stars: is a Int64, expected String", Assert.Throws<PJobException>(() => rows[0].Get<string>("stars")).Message);
    }

    [Fact]
    public async Task OpenAsync_NoFinishedOutput_SaysWhatToDo()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() => JobClient.OpenAsync(_folder["nothing"]));
        Assert.Contains("has no _manifest.json: the job has not finished", e.Message);
        Assert.Contains("the same 'pjob run' continues it", e.Message);
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
    }

    public void Dispose() => _folder.Dispose();

    async Task<List<OutputRow>> RunAsync(
        OutputFormat format,
        TaskKind task = TaskKind.Embed,
        string data = "data",
        Func<JobSpec, JobSpec>? change = null
    )
    {
        var spec = new JobSpec
        {
            Name = "read-back",
            Task = task,
            Model = Models.Tiny,
            Input = new()
            {
                Data = _folder[data],
                Text = ["text"],
                Id = "key",
                Keep = data == "data" ? ["stars"] : ["stars", "embedding", "at", "price", "day"],
            },
            Output = new() { Data = _folder[$"{data}-{task}-{format}"], Format = format },
        };
        var result = await JobClient.RunAsync(change?.Invoke(spec) ?? spec);
        Assert.Equal(JobState.Completed, result.Status);
        var output = await JobClient.OpenAsync(result.Output);
        return await output.RowsAsync().ToListAsync(TestContext.Current.CancellationToken);
    }
}
