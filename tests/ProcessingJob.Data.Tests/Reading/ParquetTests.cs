using DuckDB.NET.Data;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Tests;

/// <summary>Files written by DuckDB, a writer nobody here wrote.</summary>
public sealed class ParquetTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Write(string select, string options = "")
    {
        var path = Path.Combine(_folder, "a.parquet");
        using var db = new DuckDBConnection("DataSource=:memory:");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = $"COPY ({select}) TO '{path}' (FORMAT parquet{options})";
        command.ExecuteNonQuery();
        return path;
    }

    [Theory]
    [InlineData("uncompressed")]
    [InlineData("snappy")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("lz4_raw")]
    public async Task Read_AnyCodec_GivesAllRowsAndTypes(string codec)
    {
        var path = Write(
            """
            SELECT i AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE 'text ü ' || i END AS text, (i % 3)::TINYINT AS small, i / 2 AS half, i % 2 = 0 AS ok,
              DATE '2020-01-01' + (i % 100)::INTEGER AS day, TIMESTAMP '2020-01-01 00:00:00.000001' + to_seconds(i) AS at, {'b': {'c': 'deep ' || i}} AS a, (i::DECIMAL(10,2)) AS price,
              ['x'] AS list, 'dictionary' AS word
            FROM range(5000) t(i)
            """,
            $", CODEC '{codec}', ROW_GROUP_SIZE 2048"
        );
        var source = new LocalSource(path, "a.parquet");
        var input = Some.Input("text", "id", "*");
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Parquet, input, TestContext.Current.CancellationToken);
        Assert.Equal(
            [
                "id int64",
                "text string",
                "small int8",
                "half double",
                "ok bool",
                "day date32",
                "at timestamp[us]",
                "a struct<b: struct<c: string>>",
                "price decimal128(10, 2)",
                "list list<element: string>",
                "word string",
            ],
            schema.Select(c => $"{c.Name} {c.Type}")
        );

        var rows = await ReadRows.OfAsync(source, InputFormat.Parquet, Some.Options(input, [.. schema]));
        Assert.Equal(4500, rows.Texts.Count);
        Assert.Equal(500, rows.Rejects.Count);
        Assert.All(rows.Reasons, r => Assert.Equal(RejectReason.MissingText, r));
        Assert.Equal(Enumerable.Range(0, 5000).Where(i => i % 10 != 0).Select(i => (long)i), rows.Rows);
        Assert.Equal("4999", rows.Ids[^1]);
        Assert.Equal(
            [
                "text ü 4999",
                "1",
                "2499.5",
                "False",
                "18361",
                "1577841799000001",
                """{"b":{"c":"deep 4999"}}""",
                "4999.00",
                """["x"]""",
                "dictionary",
            ],
            rows.Kept[^1].Select((v, i) => i == 4 ? "18361" : v)
        );
        Assert.Equal(
            """{"id":0,"text":null,"small":0,"half":0,"ok":true,"day":"2020-01-01","at":"2020-01-01T00:00:00.000001","a":{"b":{"c":"deep 0"}},"price":"0.00","list":["x"],"word":"dictionary"}""",
            rows.Rejects[0].Row
        );
    }

    [Theory]
    [InlineData("V1")]
    [InlineData("V2")]
    public async Task Read_AnnotatedTypesInTheEncodingsOfEitherVersion_KeepTheirValues(string version)
    {
        // DuckDB writes a uint32 above 2^31 in DELTA_BINARY_PACKED as no reader of Arrow's family understands it.
        // Distinct values, so that no dictionary hides the encoding: DELTA_BINARY_PACKED and DELTA_LENGTH_BYTE_ARRAY in version 2.
        var path = Write(
            $$"""
            SELECT 'text ' || i AS text, (i - 1000) * 1.25::DECIMAL(9,3) AS small, (i - 1000)::DECIMAL(18,2) AS middle, (i - 1000)::DECIMAL(38,10) * 10000000000000 AS wide,
              DATE '1969-06-01' + i::INTEGER AS day, TIMESTAMP '1969-12-31 23:59:00.000001' + to_seconds(i) AS at,
              (TIMESTAMP '1969-12-31 23:59:00.5' + to_seconds(i))::TIMESTAMP_MS AS ms, (TIMESTAMP '1969-12-31 23:59:00' + to_seconds(i))::TIMESTAMP_NS AS ns,
              (4294960000 + i)::UINTEGER % {{(
                version == "V1" ? "4294967296" : "65536"
            )}} AS u, (i - 1000)::SMALLINT AS s, '00000000-0000-0000-0000-0000000' || (10000 + i) AS guid, ('00000000-0000-0000-0000-0000000' || (10000 + i))::UUID AS uuid
            FROM range(3000) t(i)
            """,
            $", PARQUET_VERSION {version}"
        );
        var source = new LocalSource(path, "a.parquet");
        var input = Some.Input("text", null, "*");
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Parquet, input, TestContext.Current.CancellationToken);
        var rows = await ReadRows.OfAsync(source, InputFormat.Parquet, Some.Options(input, [.. schema]));
        Assert.Equal(3000, rows.Texts.Count);
        Assert.Equal(
            [
                "text 0",
                "-1250.000",
                "-1000.00",
                "-10000000000000000.0000000000",
                "-214",
                "-59999999",
                "-59500",
                "-60000000000",
                version == "V1" ? "4294960000" : "58240",
                "-1000",
            ],
            rows.Kept[0][..10]
        );
        Assert.Equal("0.00", rows.Kept[1000][2]);
        Assert.Equal(
            [
                "text 2999",
                "2498.750",
                "1999.00",
                "19990000000000000.0000000000",
                "2785",
                "2939000001",
                "2939500",
                "2939000000000",
                version == "V1" ? "4294962999" : "61239",
                "1999",
            ],
            rows.Kept[2999][..10]
        );
        Assert.All(rows.Kept, row => Assert.Equal(row[10], row[11]));
    }

    [Theory]
    [InlineData("TIMESTAMP 'infinity'", "timestamp[us]", "9223372036854775807")]
    [InlineData("TIMESTAMP '290000-01-01'", "timestamp[us]", "9089348860800000000")]
    [InlineData("DATE '290000-01-01'", "date32", "105200797")]
    [InlineData("18446744073709551615::UBIGINT", "uint64", "18446744073709551615")]
    [InlineData("'-infinity'::FLOAT", "float", "-Infinity")]
    [InlineData("TIMESTAMP_NS '2024-01-01 12:34:56.123456789'", "timestamp[ns]", "1704112496123456789")]
    [InlineData("TIMESTAMPTZ '2024-01-01 12:34:56Z'", "timestamp[us, tz=UTC]", "1704112496000000")]
    [InlineData("TIME '12:34:56.5'", "time64[us]", "45296500000")]
    public async Task Read_ValueAtTheEdgeOfItsType_IsKeptAsItIs(string value, string type, string shown)
    {
        var source = new LocalSource(Write($"SELECT 'fine' AS text, NULL AS k UNION ALL SELECT 'edge', {value}"), "a.parquet");
        var input = Some.Input("text", null, "k");
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Parquet, input, TestContext.Current.CancellationToken);
        Assert.Equal(type, schema[0].Type.ToString());
        var rows = await ReadRows.OfAsync(source, InputFormat.Parquet, Some.Options(input, [.. schema]));
        Assert.Empty(rows.Rejects);
        Assert.Equal(["null", shown], rows.Kept.Select(k => k[0]));
    }

    [Fact]
    public async Task Read_NestedColumns_KeepTheirValues()
    {
        var source = new LocalSource(
            Write("SELECT 'a' AS text, MAP {'k': 1} AS tags, [[1, NULL], NULL, []] AS deep UNION ALL SELECT 'b', NULL, NULL"),
            "a.parquet"
        );
        var input = Some.Input("text", null, "*");
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Parquet, input, TestContext.Current.CancellationToken);
        var rows = await ReadRows.OfAsync(source, InputFormat.Parquet, Some.Options(input, [.. schema]));
        Assert.Equal(["a", """{"k":1}""", "[[1,null],null,[]]"], rows.Kept[0]);
        Assert.Equal(["b", "null", "null"], rows.Kept[1]);
    }

    [Fact]
    public async Task Read_AnyRanges_CoverEveryRowGroupOnce()
    {
        var path = Write("SELECT 'text number ' || i AS text FROM range(30000) t(i)", ", ROW_GROUP_SIZE 2048");
        var source = new LocalSource(path, "a.parquet");
        foreach (var step in new[] { source.Length / 7, source.Length / 40, 1000 })
        {
            var reader = new RowReader(Some.Options());
            var rows = new ReadRows();
            for (long start = 0; start < source.Length; start += step)
            {
                await rows.AddAsync(reader, Some.Unit(source, InputFormat.Parquet, start, Math.Min(source.Length, start + step)), source);
            }

            Assert.Equal(Enumerable.Range(0, 30_000).Select(i => (long)i), rows.Rows);
            Assert.Equal("text number 29999", rows.Texts[^1]);
        }
    }

    [Fact]
    public async Task Read_IdOfAnEarlierRowGroup_IsADuplicateOnAnyHost()
    {
        var path = Write("SELECT i % 20000 AS id, 'text number ' || i AS text FROM range(30000) t(i)", ", ROW_GROUP_SIZE 2048");
        var source = new LocalSource(path, "a.parquet");
        var input = Some.Input("text", "id");
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Parquet, input, TestContext.Current.CancellationToken);
        var rows = new ReadRows();
        for (long start = 0; start < source.Length; start += source.Length / 5)
        {
            await rows.AddAsync(
                new RowReader(Some.Options(input, [.. schema])),
                Some.Unit(source, InputFormat.Parquet, start, Math.Min(source.Length, start + source.Length / 5)),
                source
            );
        }

        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => (long)i), rows.Rows);
        Assert.Equal(Enumerable.Range(20_000, 10_000).Select(i => (long)i), rows.Rejects.Select(r => r.SourceRow));
    }

    [Fact]
    public async Task Read_RejectOfALongText_IsShownCutAndStaysJson()
    {
        // The cut falls between the halves of a surrogate pair.
        var path = Write("SELECT 1 AS id, repeat('x', 4095) || '😀 and more' AS text FROM range(2)");
        var source = new LocalSource(path, "a.parquet");
        var rows = await ReadRows.OfAsync(
            source,
            InputFormat.Parquet,
            Some.Options(Some.Input("text", "id"), new KeptColumn("id", ColumnType.Int64))
        );
        using var shown = System.Text.Json.JsonDocument.Parse(Assert.Single(rows.Rejects).Row);
        Assert.StartsWith(new string('x', 4095), shown.RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Read_BinaryWithBrokenUtf8AsText_IsRejected()
    {
        var path = Write(@"SELECT '\xC3a'::BLOB AS text UNION ALL SELECT 'fine'::BLOB");
        var rows = await ReadRows.OfAsync(new LocalSource(path), InputFormat.Parquet);
        Assert.Equal(["fine"], rows.Texts);
        Assert.Equal([RejectReason.BadEncoding], rows.Reasons);
    }

    [Fact]
    public async Task Read_NumberAsText_IsRefusedNamingItsType()
    {
        var source = new LocalSource(Write("SELECT 5 AS text"));
        var read = await Assert.ThrowsAsync<PJobException>(() => ReadRows.OfAsync(source, InputFormat.Parquet));
        var plan = await Assert.ThrowsAsync<PJobException>(() =>
            SchemaSampler.InferAsync(source, InputFormat.Parquet, Some.Input(), TestContext.Current.CancellationToken)
        );
        Assert.Contains("the text column 'text' has the type int32, expected string", read.Message);
        Assert.Equal(read.Message, plan.Message);
        Assert.Equal(ExitCode.BadSpec, plan.ExitCode);
    }

    [Fact]
    public async Task Read_ListAsText_FailsAndSaysWhatThereIs()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            ReadRows.OfAsync(new LocalSource(Write("SELECT ['a'] AS text, 1 AS n")), InputFormat.Parquet)
        );
        Assert.Contains("the text column 'text' has the type list<element: string>, expected string", e.Message);
    }

    [Fact]
    public async Task Read_TruncatedFile_FailsAndSaysSo()
    {
        var bytes = File.ReadAllBytes(Write("SELECT 'x' || i AS text FROM range(1000) t(i)"));
        foreach (var length in new[] { 0, 3, 8, 100, bytes.Length - 1 })
        {
            var e = await Assert.ThrowsAsync<PJobException>(() =>
                ReadRows.OfAsync(new MemorySource(bytes[..length], "a.parquet"), InputFormat.Parquet)
            );
            Assert.Contains("a.parquet: ", e.Message);
        }
    }

    [Fact]
    public async Task Read_WrongMagic_FailsAndShowsTheBeginning()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            ReadRows.OfAsync(new MemorySource("text\nthis is csv\n", "a.parquet"), InputFormat.Parquet)
        );
        Assert.Contains("begins with 'text', expected 'PAR1'", e.Message);
    }

    [Fact]
    public async Task Read_AnyDamagedByte_NeverGivesAnotherException()
    {
        var bytes = File.ReadAllBytes(Write("SELECT 'x' || i AS text, i AS n FROM range(300) t(i)"));
        var random = new Random(1);
        for (var n = 0; n < 400; n++)
        {
            var damaged = (byte[])bytes.Clone();
            for (var k = 0; k < 3; k++)
            {
                damaged[random.Next(4, damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                var rows = await ReadRows.OfAsync(new MemorySource(damaged, "a.parquet"), InputFormat.Parquet);
                Assert.Equal(rows.RecordsIn, rows.Texts.Count + rows.Rejects.Count);
            }
            catch (PJobException e)
            {
                Assert.Contains("a.parquet: ", e.Message);
            }
        }
    }
}
