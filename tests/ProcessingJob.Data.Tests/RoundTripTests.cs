using Apache.Arrow;
using CsCheck;
using DuckDB.NET.Data;
using ParquetSharp.Arrow;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Outputs;
using ProcessingJob.Data.Reading;
using ProcessingJob.Data.Writing;
using ProcessingJob.Storage;
using Column = ProcessingJob.Data.Columns.Column;
using TimeUnit = ProcessingJob.Contract.Columns.TimeUnit;

namespace ProcessingJob.Data.Tests;

/// <summary>Kept columns of any type, from a file that Arrow C++ wrote to a part that Arrow C++ and DuckDB read.</summary>
public sealed class RoundTripTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static readonly Gen<TimeUnit> Units = OneOf(TimeUnit.S, TimeUnit.Ms, TimeUnit.Us, TimeUnit.Ns);

    static readonly Gen<ColumnType> Flat = Gen.OneOf(
        OneOf(
                TypeKind.Bool,
                TypeKind.Int8,
                TypeKind.Int16,
                TypeKind.Int32,
                TypeKind.Int64,
                TypeKind.UInt8,
                TypeKind.UInt16,
                TypeKind.UInt32,
                TypeKind.UInt64,
                TypeKind.Float16,
                TypeKind.Float32,
                TypeKind.Float64,
                TypeKind.String,
                TypeKind.LargeString,
                TypeKind.Binary,
                TypeKind.LargeBinary,
                TypeKind.Uuid,
                TypeKind.Json,
                TypeKind.Date32,
                TypeKind.Null
            )
            .Select(kind => new ColumnType(kind)),
        Units.Select(unit => new ColumnType(TypeKind.Timestamp) { Unit = unit }),
        Units.Select(unit => new ColumnType(TypeKind.Timestamp) { Unit = unit, Zone = "UTC" }),
        Units.Select(unit => new ColumnType(TypeKind.Timestamp) { Unit = unit, Zone = "Europe/Berlin" }),
        Units.Select(unit => new ColumnType(TypeKind.Duration) { Unit = unit }),
        OneOf(TimeUnit.S, TimeUnit.Ms).Select(unit => new ColumnType(TypeKind.Time32) { Unit = unit }),
        OneOf(TimeUnit.Us, TimeUnit.Ns).Select(unit => new ColumnType(TypeKind.Time64) { Unit = unit }),
        Gen.Select(Gen.Int[1, 38], Gen.Int[0, 10], (p, s) => new ColumnType(TypeKind.Decimal128) { Precision = p, Scale = Math.Min(p, s) }),
        Gen.Select(Gen.Int[39, 76], Gen.Int[0, 10], (p, s) => new ColumnType(TypeKind.Decimal256) { Precision = p, Scale = s }),
        Gen.Int[1, 20].Select(size => new ColumnType(TypeKind.FixedSizeBinary) { Size = size })
    );

    static readonly Gen<ColumnType> Some0 = Flat.Where(t => t.Kind != TypeKind.Null);

    static readonly Gen<ColumnType> Nested = Gen.Recursive<ColumnType>(
        (depth, inner) =>
        {
            var item = depth < 2 ? Gen.Frequency((3, Some0), (1, inner)) : Some0;
            return Gen.OneOf(
                item.Select(t => new ColumnType(TypeKind.List) { Fields = [new("element", t)] }),
                item.Select(t => new ColumnType(TypeKind.LargeList) { Fields = [new("element", t)] }),
                Gen.Select(item, item, (a, b) => new ColumnType(TypeKind.Struct) { Fields = [new("a", a), new("b c", b)] }),
                item.Select(t => new ColumnType(TypeKind.Map) { Fields = [new("key", ColumnType.String, false), new("value", t)] })
            );
        }
    );

    [Fact]
    public void Type_Text_ReadsBackTheSame() =>
        Gen.Frequency((1, Flat), (2, Nested))
            .Sample(type => Assert.Equal(type, ColumnType.Parse(type.ToString())), seed: "0000000000005", iter: 300);

    [Fact]
    public async Task KeptColumns_OfAnyType_AreTheSameInThePart()
    {
        var tables = new List<(ColumnType[] Types, int Rows, uint Seed)>();
        Gen.Select(Gen.Frequency((3, Flat), (1, Nested)).Array[4, 9], Gen.Int[0, 40], Gen.UInt)
            .Sample((types, rows, seed) => tables.Add((types, rows, seed)), seed: "0000000000006", iter: 60, threads: 1);
        foreach (var (types, rows, seed) in tables)
        {
            await CompareAsync(types, rows, new Random((int)(seed >> 1)));
        }
    }

    async Task CompareAsync(ColumnType[] types, int rows, Random random)
    {
        var source = Path.Combine(_folder, "source.parquet");
        OutputColumn[] columns =
        [
            new("text", ColumnKind.String),
            .. types.Select((t, i) => new OutputColumn($"c{i}", ColumnKind.Typed, true) { Type = t }),
        ];
        var fields = columns.Select(ArrowArrays.FieldOf).ToList();
        var values = columns.Select(Column.Create).ToArray();
        for (var row = 0; row < rows; row++)
        {
            ((StringColumn)values[0]).Append($"text {row}");
            for (var i = 0; i < types.Length; i++)
            {
                RandomValues.Append(types[i], values[i + 1], random);
            }
        }

        var schema = new Apache.Arrow.Schema(fields, null);
        using (var writer = new FileWriter(source, schema, null, Properties()))
        {
            writer.WriteRecordBatch(new RecordBatch(schema, columns.Zip(values, ArrowArrays.Of), rows), 13);
            writer.Close();
        }

        var part = await CopyAsync(source);
        using var before = new FileReader(source);
        using var after = new FileReader(part);
        foreach (var field in before.Schema.FieldsList)
        {
            var copied = after.Schema.GetFieldByName(field.Name);
            Assert.Equal(Show(field), Show(copied));
        }

        Assert.Equal(await ValuesAsync(before), await ValuesAsync(after));
        Assert.Equal(await LinesAsync(part), await LinesAsync(await CopyAsync(source, OutputFormat.Arrow)));
        if (types.All(t => !HasUnknownToDuckDB(t)))
        {
            using var db = new DuckDBConnection("DataSource=:memory:");
            db.Open();
            using var command = db.CreateCommand();
            command.CommandText =
                $"SELECT count(*) FROM ((FROM '{source}' EXCEPT ALL SELECT text, "
                + $"{string.Join(", ", types.Select((_, i) => $"c{i}"))} FROM '{part}'))";
            Assert.Equal(0L, command.ExecuteScalar());
        }

        foreach (var column in values)
        {
            column.Dispose();
        }

        // What the library does when arrays are freed must not fail either.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>Decimals beyond 38 digits are doubles to DuckDB, and its float16 are bytes of their own.</summary>
    static bool HasUnknownToDuckDB(ColumnType type) =>
        type.Kind
            is TypeKind.Decimal256
                or TypeKind.Float16
                or TypeKind.Null
                or TypeKind.Timestamp
                or TypeKind.Duration
                or TypeKind.Float32
                or TypeKind.Float64
        || type.Fields.Any(f => HasUnknownToDuckDB(f.Type));

    static ArrowWriterProperties Properties()
    {
        using var builder = new ArrowWriterPropertiesBuilder();
        return builder.StoreSchema().Build();
    }

    /// <summary>Types, then a line of JSON for every row, as our own readers of parts see them.</summary>
    static async Task<List<string>> LinesAsync(string part)
    {
        var lines = new List<string>();
        await foreach (var table in PartTable.ReadAsync(part, TestContext.Current.CancellationToken))
        {
            using (table)
            {
                lines.Add(string.Join(", ", table.Columns.Select(c => $"{c.Name} {c.Type}")));
                for (var row = 0; row < table.Count; row++)
                {
                    using var stream = new MemoryStream();
                    using var json = new System.Text.Json.Utf8JsonWriter(stream);
                    json.WriteStartArray();
                    foreach (var (column, values) in table.Columns.Zip(table.Values))
                    {
                        if (values.IsNull(row))
                        {
                            json.WriteNullValue();
                        }
                        else
                        {
                            JsonValues.Write(json, column.Type, values, row);
                        }
                    }

                    json.WriteEndArray();
                    json.Flush();
                    lines.Add(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
                }
            }
        }

        return lines;
    }

    /// <summary>Reads the file as a job does and writes one part of it.</summary>
    async Task<string> CopyAsync(string path, OutputFormat format = OutputFormat.Parquet)
    {
        var source = new LocalSource(path, "source.parquet");
        var input = Some.Input("text", null, "*");
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Parquet, input, TestContext.Current.CancellationToken);
        var reader = new RowReader(Some.Options(input, [.. schema]));
        var store = new LocalStore(Path.Combine(_folder, Guid.NewGuid().ToString("N")));
        var unit = Some.Unit(source, InputFormat.Parquet);
        OutputColumn[] columns = [.. reader.KeptColumns.Select(OutputColumn.Of), new("source_row", ColumnKind.Int64)];
        await using var writer = new UnitWriter(store, unit, columns, new() { Format = format });
        long count = 0;
        await foreach (var block in reader.ReadAsync(unit, source, TestContext.Current.CancellationToken))
        {
            Assert.Empty(block.Rejects);
            using var rows = new ColumnBlock(columns);
            for (var row = 0; row < block.Count; row++)
            {
                for (var c = 0; c < block.Kept.Count; c++)
                {
                    rows.Columns[c].AppendFrom(block.Kept[c], row);
                }

                rows.Get<ValueColumn<long>>("source_row").Append(block.SourceRow(row));
            }

            count += block.Count;
            await writer.WriteAsync(rows, TestContext.Current.CancellationToken);
            block.Dispose();
        }

        if (count == 0)
        {
            return path;
        }

        var record = await writer.CommitAsync(new(count, count, 0, 0), TestContext.Current.CancellationToken);
        return Path.Combine(store.Location, record.Parts[0].Path);
    }

    static string Show(Field field) =>
        $"{field.Name} {ArrowTypes.Of(field)} "
        + $"{(field.HasMetadata && field.Metadata.TryGetValue("ARROW:extension:name", out var name) ? name : "")}";

    /// <summary>Every value of every column, as the bytes of its type.</summary>
    static async Task<List<string>> ValuesAsync(FileReader reader)
    {
        var shown = new List<string>();
        using var batches = reader.GetRecordBatchReader();
        while (await batches.ReadNextRecordBatchAsync() is { } batch)
        {
            using (batch)
            {
                for (var c = 0; c < batch.ColumnCount; c++)
                {
                    var field = batch.Schema.GetFieldByIndex(c);
                    if (field.Name == "source_row")
                    {
                        continue;
                    }

                    var array = batch.Column(c);
                    for (var row = 0; row < array.Length; row++)
                    {
                        shown.Add($"{field.Name}: {ArrowText.Of(array, row)}");
                    }
                }
            }
        }

        return [.. shown.OrderBy(v => v[..v.IndexOf(':')], StringComparer.Ordinal)];
    }
}
