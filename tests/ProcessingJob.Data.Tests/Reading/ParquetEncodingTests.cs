using ParquetSharp;
using ParquetSharp.Schema;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Tests;

/// <summary>Encodings and types of other writers, made with Arrow's library.</summary>
public sealed class ParquetEncodingTests : IDisposable
{
    const int Rows = 3000;
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Encoding.Plain, Encoding.Plain, Encoding.Plain)]
    [InlineData(Encoding.DeltaLengthByteArray, Encoding.DeltaBinaryPacked, Encoding.ByteStreamSplit)]
    [InlineData(Encoding.DeltaByteArray, Encoding.DeltaBinaryPacked, Encoding.ByteStreamSplit)]
    public async Task Read_AnyEncoding_GivesTheValues(Encoding text, Encoding integer, Encoding real)
    {
        using var properties = new WriterPropertiesBuilder()
            .Compression(Compression.Zstd)
            .DisableDictionary()
            .Encoding("text", text)
            .Encoding("day", integer)
            .Encoding("n", integer)
            .Encoding("d", real)
            .Build();
        var rows = await ReadAsync(properties);
        Assert.Equal(Enumerable.Range(0, Rows).Where(i => i % 10 != 0).Select(i => $"text ü {i}"), rows.Texts);
        Assert.Equal(Rows / 10, rows.Rejects.Count);
        Assert.Equal(["20710", "1577836801500000", "2999", "1499.5"], rows.Kept[^1]);
        Assert.Equal(["17712", "1577836801500000", "1", "0.5"], rows.Kept[0]);
    }

    [Fact]
    public async Task Read_DictionaryThatIsGivenUpMidway_GivesTheValues()
    {
        // Arrow falls back to plain pages when the dictionary has grown beyond its limit.
        using var properties = new WriterPropertiesBuilder()
            .Compression(Compression.Snappy)
            .DictionaryPagesizeLimit(4096)
            .DataPagesize(2048)
            .Build();
        Assert.Equal(Enumerable.Range(0, Rows).Where(i => i % 10 != 0).Select(i => $"text ü {i}"), (await ReadAsync(properties)).Texts);
    }

    async Task<ReadRows> ReadAsync(WriterProperties properties)
    {
        var path = Path.Combine(_folder, "a.parquet");
        using var schema = new GroupNode(
            "schema",
            Repetition.Required,
            [
                new PrimitiveNode("text", Repetition.Optional, LogicalType.String(), PhysicalType.ByteArray),
                new PrimitiveNode("day", Repetition.Required, LogicalType.Date(), PhysicalType.Int32),
                // Spark's old timestamps: nanoseconds of the day, then the Julian day.
                new PrimitiveNode("at", Repetition.Required, LogicalType.None(), PhysicalType.Int96),
                new PrimitiveNode("n", Repetition.Optional, LogicalType.None(), PhysicalType.Int64),
                new PrimitiveNode("d", Repetition.Required, LogicalType.None(), PhysicalType.Double),
            ]
        );
        using (var writer = new ParquetFileWriter(path, schema, properties))
        {
            using var group = writer.AppendRowGroup();
            Write(group, i => i % 10 == 0 ? null : $"text ü {i}");
            Write(group, i => new Date(17_711 + i));
            Write(group, _ => new Int96(1_500_000_000, 0, 2_440_588 + 18_262));
            Write<long?>(group, i => i % 3 == 0 ? null : i);
            Write(group, i => i * 0.5);
            writer.Close();
        }
        var source = new LocalSource(path, "a.parquet");
        var input = Some.Input("text", null, "day", "at", "n", "d");
        var types = await SchemaSampler.InferAsync(source, InputFormat.Parquet, input, TestContext.Current.CancellationToken);
        var look = await SchemaSampler.LookAsync(source, InputFormat.Parquet, input, TestContext.Current.CancellationToken);
        Assert.Equal(
            ("column_converted", "a.parquet: the column 'at' is INT96 timestamps: kept in microseconds, without a zone"),
            Assert.Single(look.Warnings)
        );
        // No zone is known of INT96.
        Assert.Equal(
            [ColumnType.Date, ColumnType.Timestamp with { Zone = null }, ColumnType.Int64, ColumnType.Double],
            types.Select(t => t.Type)
        );
        return await ReadRows.OfAsync(source, InputFormat.Parquet, Some.Options(input, [.. types]));
    }

    static void Write<T>(RowGroupWriter group, Func<int, T> value)
    {
        using var column = group.NextColumn().LogicalWriter<T>();
        column.WriteBatch([.. Enumerable.Range(0, Rows).Select(value)]);
    }
}
