using System.Globalization;
using DuckDB.NET.Data;
using ParquetSharp;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Writing;
using ProcessingJob.Storage;
using Column = ProcessingJob.Data.Columns.Column;

namespace ProcessingJob.Data.Tests;

/// <summary>Parts as readers see them that nobody here wrote: Apache's C++ library (through ParquetSharp) and DuckDB.</summary>
public sealed class OtherReadersTests : IDisposable
{
    static readonly OutputColumn[] Columns =
    [
        new("id", ColumnKind.Int64),
        new("text", ColumnKind.String, Nullable: true),
        new("stars", ColumnKind.Double, Nullable: true),
        new("ok", ColumnKind.Bool, Nullable: true),
        new("at", ColumnKind.Timestamp, Nullable: true),
        new("day", ColumnKind.Date, Nullable: true),
        new("raw", ColumnKind.Binary, Nullable: true),
        new("embedding", ColumnKind.ListFloat),
        new("half", ColumnKind.ListFloat16),
        new("ids", ColumnKind.ListInt32),
        new("i8", ColumnKind.ListInt8),
        new("u8", ColumnKind.ListUInt8),
        new(
            "answers",
            ColumnKind.ListStruct,
            Fields: [new("answer", ColumnKind.String), new("score", ColumnKind.Float), new("start", ColumnKind.Int32, Nullable: true)]
        ),
        new("source_file", ColumnKind.String),
        new("labels", ColumnKind.ListString),
    ];

    readonly string _folder = Directory.CreateTempSubdirectory("pjob-data-").FullName;
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, OutputCompression.Snappy)]
    [InlineData(4095, OutputCompression.None)]
    [InlineData(4096, OutputCompression.Snappy)]
    [InlineData(4097, OutputCompression.Zstd)]
    [InlineData(65535, OutputCompression.Zstd)]
    [InlineData(65536, OutputCompression.Snappy)]
    [InlineData(65537, OutputCompression.None)]
    public async Task DuckDb_ReadsEveryColumnOfEveryRow(int rows, OutputCompression compression)
    {
        var path = await WriteAsync(rows, compression);
        using var db = Open();
        Assert.Equal(
            "BIGINT,VARCHAR,DOUBLE,BOOLEAN,TIMESTAMP WITH TIME "
                + "ZONE,DATE,BLOB,FLOAT[],FLOAT[],INTEGER[],TINYINT[],UTINYINT[],STRUCT(answer VARCHAR, score FLOAT, \"start\" "
                + "INTEGER)[],VARCHAR,VARCHAR[]",
            Scalar(db, $"SELECT string_agg(column_type, ',') FROM (DESCRIBE SELECT * FROM '{path}')")
        );
        // The values are a function of the row, written here in SQL a second time.
        var wrong = Scalar(
            db,
            $"""
            SELECT count(*) FROM '{path}' WHERE NOT (
              text IS NOT DISTINCT FROM (CASE WHEN id % 5 = 0 THEN NULL ELSE 'text ü ' || id END)
              AND stars IS NOT DISTINCT FROM (CASE WHEN id % 7 = 0 THEN NULL ELSE id / 4 END)
              AND ok IS NOT DISTINCT FROM (CASE WHEN id % 3 = 0 THEN NULL ELSE id % 2 = 0 END)
              AND epoch_us("at") IS NOT DISTINCT FROM (CASE WHEN id % 4 = 0 THEN NULL ELSE 1700000000000000 + id END)
              AND day IS NOT DISTINCT FROM (CASE WHEN id % 6 = 0 THEN NULL ELSE DATE '1970-01-01' + CAST(id % 20000 AS INTEGER) END)
              AND octet_length(raw) IS NOT DISTINCT FROM (CASE WHEN id % 9 = 0 THEN NULL ELSE id % 4 END)
              AND len(embedding) = 24 AND embedding[1] = id AND embedding[24] = id + 23 * 0.5
              AND len(half) = 3 AND half[1] = id % 2048 AND half[2] = 0.5 AND half[3] = 0.0999755859375
              AND len(ids) = id % 3 AND coalesce(list_sum(ids), 0) = CASE id % 3 WHEN 0 THEN 0 WHEN 1 THEN id ELSE 2 * id + 1 END
              AND i8 = [-128, 127] AND u8 = [255, 0]
              AND len(answers) = id % 4
              AND (id % 4 = 0 OR (answers[1].answer = 'a' || id AND answers[1].score = 0.5 AND answers[1]."start" IS NULL))
              AND len(labels) = id % 3 AND coalesce(array_to_string(labels, '+'), '') = CASE id % 3 WHEN 0 THEN '' WHEN 1 THEN 'ä' || id ELSE 'ä' || id || '+ä' || id END
              AND source_file = 'dir/file.csv')
            """
        );
        Assert.Equal("0", wrong);
        Assert.Equal($"{rows}", Scalar(db, $"SELECT count(*) FROM '{path}'"));
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(65537)]
    public async Task Arrow_ReadsListsAndNulls(int rows)
    {
        using var file = new ParquetFileReader(await WriteAsync(rows, OutputCompression.Zstd));
        Assert.Equal(rows, file.FileMetaData.NumRows);
        long id = 0;
        for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
        {
            using var group = file.RowGroup(g);
            var count = (int)group.MetaData.NumRows;
            var texts = group.Column(1).LogicalReader<string?>().ReadAll(count);
            var embeddings = group.Column(7).LogicalReader<float[]>().ReadAll(count);
            var halves = group.Column(8).LogicalReader<float[]>().ReadAll(count);
            var ids = group.Column(9).LogicalReader<int[]>().ReadAll(count);
            for (var i = 0; i < count; i++, id++)
            {
                Assert.Equal(id % 5 == 0 ? null : $"text ü {id}", texts[i]);
                Assert.Equal(24, embeddings[i].Length);
                Assert.Equal(id + 23 * 0.5f, embeddings[i][23]);
                Assert.Equal((float)(Half)0.1f, halves[i][2]);
                Assert.Equal(id % 3, ids[i].Length);
            }
        }
        Assert.Equal(rows, id);
    }

    [Fact]
    public async Task Write_LongLists_EndsRowGroupsFarBelowTheLimitOfListOffsets()
    {
        const int rows = 1500,
            width = 8192,
            groupBytes = 16 << 20;
        OutputColumn[] columns = [new("ids", ColumnKind.ListInt32)];
        var store = new LocalStore(Path.Combine(_folder, "output"));
        await using var writer = new UnitWriter(store, Unit, columns, new());
        using var block = new ColumnBlock(columns);
        for (var i = 0; i < rows; i++)
        {
            block.Get<ListColumn<int>>("ids").Append(new int[width]);
        }

        await writer.WriteAsync(block, Token);
        var record = await writer.CommitAsync(new(rows, rows, 0, 0), Token);
        using var db = Open();
        var path = Path.Combine(store.Location, Assert.Single(record.Parts).Path);
        Assert.Equal($"{(long)rows * width}", Scalar(db, $"SELECT sum(len(ids)) FROM '{path}'"));
        // 2^31 list values of one row group or batch are what Arrow cannot address: a group ends within 256 rows of 16 MiB.
        Assert.InRange(
            long.Parse(Scalar(db, $"SELECT max(num_values) FROM parquet_metadata('{path}')"), CultureInfo.InvariantCulture),
            1,
            (groupBytes / 4) + 256 * width
        );
    }

    [Fact]
    public async Task DuckDb_ReadsJsonlParts()
    {
        var store = new LocalStore(Path.Combine(_folder, "output"));
        await using var writer = new UnitWriter(
            store,
            Unit,
            Columns,
            new() { Format = OutputFormat.Jsonl, Compression = OutputCompression.Zstd }
        );
        using var block = Block(0, 1000);
        await writer.WriteAsync(block, Token);
        var record = await writer.CommitAsync(new(1000, 1000, 0, 0), Token);
        Assert.EndsWith(".jsonl.zst", record.Parts[0].Path);
        using var db = Open();
        Assert.Equal(
            "1000|499500|249",
            Scalar(
                db,
                "SELECT count(*) || '|' || sum(id)::BIGINT || '|' || count(*) FILTER (text IS NULL AND len(embedding) = 24 AND "
                    + $"id > 4 + 1) + 50 + 1 FROM read_json_auto('{Path.Combine(store.Location, record.Parts[0].Path)}', "
                    + "format='newline_delimited', compression='zstd')"
            )
        );
    }

    [Fact]
    public async Task Npy_HoldsTheMatrixAndASidecarWithTheRest()
    {
        OutputColumn[] columns = [new("id", ColumnKind.Int64), new("embedding", ColumnKind.ListFloat16), new("text", ColumnKind.String)];
        var store = new LocalStore(Path.Combine(_folder, "output"));
        await using var writer = new UnitWriter(store, Unit, columns, new() { Format = OutputFormat.Npy });
        using var block = new ColumnBlock(columns);
        for (var i = 0; i < 3; i++)
        {
            block.Get<ValueColumn<long>>("id").Append(i);
            block.Get<ListColumn<float>>("embedding").Append([i, 0.5f]);
            block.Get<StringColumn>("text").Append($"t{i}");
        }
        await writer.WriteAsync(block, Token);
        var record = await writer.CommitAsync(new(3, 3, 0, 0), Token);

        Assert.Equal([3, 0], record.Parts.Select(p => p.Rows));
        var bytes = File.ReadAllBytes(Path.Combine(store.Location, record.Parts[0].Path));
        Assert.Equal(64 * 2 + 12, bytes.Length);
        var header = System.Text.Encoding.ASCII.GetString(bytes, 10, 118);
        Assert.StartsWith("{'descr': '<f2', 'fortran_order': False, 'shape': (3, 2), }", header);
        Assert.EndsWith("\n", header);
        Assert.Equal((Half)2, BitConverter.ToHalf(bytes, 128 + 8));
        Assert.Equal("""{"id":2,"text":"t2"}""", File.ReadAllLines(Path.Combine(store.Location, record.Parts[1].Path))[2]);
    }

    static WorkUnit Unit => WorkUnit.Create("dir/file.csv", InputFormat.Csv, 0, 10, 10, "v", "s", "m");

    async Task<string> WriteAsync(int rows, OutputCompression compression)
    {
        var store = new LocalStore(Path.Combine(_folder, "output"));
        await using var writer = new UnitWriter(store, Unit, Columns, new() { Compression = compression });
        for (var start = 0; start < rows; start += 1000)
        {
            using var block = Block(start, Math.Min(1000, rows - start));
            await writer.WriteAsync(block, Token);
        }
        var record = await writer.CommitAsync(new(rows, rows, 0, 0), Token);
        return Path.Combine(store.Location, Assert.Single(record.Parts).Path);
    }

    static ColumnBlock Block(int start, int count)
    {
        var block = new ColumnBlock(Columns);
        var answers = block.Get<StructListColumn>("answers");
        var vector = new float[24];
        for (var id = start; id < start + count; id++)
        {
            block.Get<ValueColumn<long>>("id").Append(id);
            Put<StringColumn>("text", 5, c => c.Append($"text ü {id}"));
            Put<ValueColumn<double>>("stars", 7, c => c.Append(id / 4.0));
            Put<ValueColumn<bool>>("ok", 3, c => c.Append(id % 2 == 0));
            Put<ValueColumn<long>>("at", 4, c => c.Append(1_700_000_000_000_000 + id));
            Put<ValueColumn<int>>("day", 6, c => c.Append(id % 20_000));
            Put<BinaryColumn>("raw", 9, c => c.Append(new byte[id % 4]));
            for (var k = 0; k < vector.Length; k++)
            {
                vector[k] = id + k * 0.5f;
            }

            block.Get<ListColumn<float>>("embedding").Append(vector);
            block.Get<ListColumn<float>>("half").Append([id % 2048, 0.5f, 0.1f]);
            block.Get<ListColumn<int>>("ids").Append([.. Enumerable.Range(id, id % 3)]);
            block.Get<ListColumn<sbyte>>("i8").Append([-128, 127]);
            block.Get<ListColumn<byte>>("u8").Append([255, 0]);
            for (var k = 0; k < id % 4; k++)
            {
                ((StringColumn)answers.Fields[0]).Append($"a{id}");
                ((ValueColumn<float>)answers.Fields[1]).Append(0.5f);
                if (k == 0)
                {
                    answers.Fields[2].AppendNull();
                }
                else
                {
                    ((ValueColumn<int>)answers.Fields[2]).Append(k);
                }
            }
            answers.EndRow();
            block.Get<StringColumn>("source_file").Append("dir/file.csv");
            var labels = block.Get<StructListColumn>("labels");
            for (var k = 0; k < id % 3; k++)
            {
                ((StringColumn)labels.Fields[0]).Append($"ä{id}");
            }

            labels.EndRow();

            void Put<T>(string name, int nullEvery, Action<T> append)
                where T : Column
            {
                var column = block.Get<T>(name);
                if (id % nullEvery == 0)
                {
                    column.AppendNull();
                }
                else
                {
                    append(column);
                }
            }
        }
        return block;
    }

    static DuckDBConnection Open()
    {
        var db = new DuckDBConnection("DataSource=:memory:");
        db.Open();
        return db;
    }

    static string Scalar(DuckDBConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }
}
