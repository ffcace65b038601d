using System.Globalization;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using DuckDB.NET.Data;
using ParquetSharp.Arrow;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Writing;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Data.Tests.Writing;

/// <summary>Embeddings, their metadata and their encoding, as readers see them that nobody here wrote.</summary>
public sealed class VectorPartTests : IDisposable
{
    const int Rows = 300,
        Width = 48;

    static readonly Dictionary<string, string> Metadata = new() { ["pjob.model"] = "minilm", ["pjob.prompt"] = "query: ü" };
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(OutputCompression.Auto, true, "BYTE_STREAM_SPLIT")]
    [InlineData(OutputCompression.Auto, false, "BYTE_STREAM_SPLIT")]
    [InlineData(OutputCompression.Snappy, true, "PLAIN")]
    public async Task Parquet_Vectors_AreReadByEveryReader(OutputCompression compression, bool isFixed, string encoding)
    {
        var path = await WriteAsync(OutputFormat.Parquet, isFixed, compression);

        using (var reader = new FileReader(path))
        {
            var field = reader.Schema.GetFieldByName("embedding");
            Assert.False(field.IsNullable);
            Assert.Equal(isFixed ? Width : null, (field.DataType as FixedSizeListType)?.ListSize);
            Assert.Equal("query: ü", reader.Schema.Metadata["pjob.prompt"]);
            using var batches = reader.GetRecordBatchReader();
            Assert.Equal(Expected(), await VectorsAsync(batches.ReadNextRecordBatchAsync));
        }

        using var db = new DuckDBConnection("DataSource=:memory:");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = $"SELECT sum(list_sum(embedding)) FROM '{path}' WHERE len(embedding) = {Width}";
        Assert.Equal(Expected().Sum(v => (double)v), Convert.ToDouble(command.ExecuteScalar(), CultureInfo.InvariantCulture), 1e-3);
        command.CommandText = $"SELECT string_agg(decode(key), ',') FROM parquet_kv_metadata('{path}')";
        Assert.Contains("pjob.model", (string)command.ExecuteScalar()!, StringComparison.Ordinal);
        command.CommandText = $"SELECT any_value(encodings) FROM parquet_metadata('{path}') WHERE path_in_schema LIKE 'embedding%'";
        Assert.Contains(encoding, (string)command.ExecuteScalar()!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OutputCompression.Auto, true)]
    [InlineData(OutputCompression.Snappy, false)]
    public async Task Parquet_Vectors_AreReadByHyparquetAndParquetWasm(OutputCompression compression, bool isFixed)
    {
        Assert.SkipUnless(Node.TryFind(out var reason), reason ?? "");
        var path = await WriteAsync(OutputFormat.Parquet, isFixed, compression);
        var seen = JsonNode.Parse(
            await Node.RunAsync("read-parquet.mjs", [path, "embedding"], cancellationToken: TestContext.Current.CancellationToken)
        )!;

        Assert.Equal(Expected(), Flat(seen["hyparquet"]!));
        Assert.Equal(Expected(), Flat(seen["arrow"]!));
        Assert.Equal(isFixed ? $"FixedSizeList[{Width}]<Float32>" : "List<Float32>", (string?)seen["arrowType"]);
        Assert.Equal("minilm", (string?)seen["metadata"]!["pjob.model"]);
        Assert.NotNull(seen["metadata"]!["ARROW:schema"]);
        Assert.True((bool)seen["required"]! && (bool)seen["columnIndex"]!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Arrow_Vectors_AreReadByArrow(bool isFixed)
    {
        var path = await WriteAsync(OutputFormat.Arrow, isFixed);
        using var reader = new ArrowFileReader(File.OpenRead(path));
        Assert.Equal(Expected(), await VectorsAsync(reader.ReadNextRecordBatchAsync));
        Assert.Equal("minilm", reader.Schema.Metadata["pjob.model"]);
        Assert.Equal(isFixed ? Width : null, (reader.Schema.GetFieldByName("embedding").DataType as FixedSizeListType)?.ListSize);
    }

    [Theory]
    [InlineData(OutputFormat.Parquet)]
    [InlineData(OutputFormat.Arrow)]
    public async Task Write_TheSameRowsAgain_GivesTheSameBytes(OutputFormat format) =>
        Assert.Equal(
            await File.ReadAllBytesAsync(await WriteAsync(format, true), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(await WriteAsync(format, true), TestContext.Current.CancellationToken)
        );

    [Fact]
    public async Task Write_RowOfAnotherWidthThanPromised_IsRefused()
    {
        OutputColumn[] columns = [new("embedding", ColumnKind.ListFloat) { Width = Width + 1 }];
        await using var writer = new UnitWriter(new LocalStore(_folder["out"]), Unit, columns, new());
        using var block = new ColumnBlock(columns);
        block.Get<ListColumn<float>>("embedding").Append(new float[Width]);
        await writer.WriteAsync(block, TestContext.Current.CancellationToken);
        var e = await Assert.ThrowsAsync<Contract.PJobException>(() => writer.CommitAsync(new(1, 1, 0, 0)));
        Assert.Contains($"a row that does not hold {Width + 1} numbers", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Settings_SaysWhatMadeThePartAndNothingOfThePlace()
    {
        var spec = new JobSpec { Model = "s3://bucket/models/minilm/" };
        var resolved = new ResolvedSettings
        {
            Pooling = "mean",
            Normalize = true,
            Dimensions = 384,
            MaxLength = 128,
            Prompt = "",
        };
        var found = PartMetadata.Of(spec, "aa", "bb", resolved);
        Assert.Equal(found, PartMetadata.Of(spec with { Model = "/home/me/minilm" }, "aa", "bb", resolved));
        Assert.Equal(
            "pjob.dimension=384 pjob.max_length=128 pjob.model=minilm pjob.model_fingerprint=bb pjob.normalize=true pjob.pooling=mean "
                + "pjob.precision=float32 pjob.spec_fingerprint=aa pjob.task=embed",
            string.Join(' ', found.Where(f => f.Key != "pjob.version").Select(f => $"{f.Key}={f.Value}"))
        );
    }

    static WorkUnit Unit => WorkUnit.Create("a.csv", InputFormat.Csv, 0, 10, 10, "v", "s", "m");

    static float[] Expected()
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, Rows * Width).Select(_ => (random.NextSingle() - 0.5f) / 7)];
    }

    async Task<string> WriteAsync(OutputFormat format, bool isFixed, OutputCompression compression = OutputCompression.Auto)
    {
        OutputColumn[] columns = [new("id", ColumnKind.Int64), new("embedding", ColumnKind.ListFloat) { Width = isFixed ? Width : null }];
        var store = new LocalStore(_folder[Guid.NewGuid().ToString("N")]);
        await using var writer = new UnitWriter(
            store,
            Unit,
            columns,
            new()
            {
                Format = format,
                Compression = compression,
                Metadata = Metadata,
            }
        );
        using var block = new ColumnBlock(columns);
        foreach (var (row, vector) in Expected().Chunk(Width).Index())
        {
            block.Get<ValueColumn<long>>("id").Append(row);
            block.Get<ListColumn<float>>("embedding").Append(vector);
        }

        await writer.WriteAsync(block, TestContext.Current.CancellationToken);
        var record = await writer.CommitAsync(new(Rows, Rows, 0, 0), TestContext.Current.CancellationToken);
        return store.PathOf(Assert.Single(record.Parts).Path);
    }

    static async Task<List<float>> VectorsAsync(Func<CancellationToken, ValueTask<RecordBatch>> next)
    {
        var values = new List<float>();
        while (await next(TestContext.Current.CancellationToken) is { } batch)
        {
            var column = batch.Column("embedding");
            var items = column is FixedSizeListArray fixedSize ? fixedSize.Values : ((ListArray)column).Values;
            values.AddRange(((FloatArray)items).Values);
        }

        return values;
    }

    static IEnumerable<float> Flat(JsonNode rows) => rows.AsArray().SelectMany(row => row!.AsArray()).Select(v => (float)v!);
}
