using System.Text.Json;
using Apache.Arrow.Types;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Tests;

/// <summary>Every row of the tables in docs/data.md is what the code does.</summary>
public sealed class DocsTests : IDisposable
{
    static readonly string Text = File.ReadAllText(Find());
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-docs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Rows of the table under a head, cell by cell.</summary>
    static string[][] Rows(string head)
    {
        var rows = Text.Split('\n')
            .SkipWhile(line => !line.StartsWith(head, StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => Array.ConvertAll(line.Trim('|').Split('|'), cell => cell.Trim()))
            .ToArray();
        Assert.NotEmpty(rows);
        return rows;
    }

    [Fact]
    public void Formats_Rows_AreThoseOfTheTable() =>
        Assert.Equal(
            InputFormats.All.Select(f => $"{Contract.Names.Of(f)}: {string.Join(", ", InputFormats.Of(f).Extensions.Select(Shown))}"),
            Rows("| format | names").Select(row => $"{row[0]}: {row[1]}")
        );

    static string Shown(string extension) => extension.Length == 0 ? "no extension" : extension;

    [Fact]
    public async Task InputTypes_Rows_AreWhatFilesOfTheValuesGive()
    {
        foreach (var row in Rows("| a column of"))
        {
            var values = row[0].Split("`, `").Select(v => v.Trim('`')).ToList();
            Assert.Equal(row[1], await TypeAsync("csv", values, []));
            Assert.Equal(row[2], await TypeAsync("csv", values, [KeyValuePair.Create("*", "infer")]));
            if (row[3] != "–")
            {
                Assert.Equal(row[3], await TypeAsync("jsonl", values, []));
            }
        }
    }

    [Fact]
    public void Types_Rows_AreAllTypesAndTheirValues()
    {
        var rows = Rows("| type of the file");
        var types = rows.Select(row => ColumnType.Parse(row[0])).ToList();
        Assert.Equal(Enum.GetValues<TypeKind>().ToHashSet(), types.Select(t => t.Kind).ToHashSet());
        foreach (var (row, type) in rows.Zip(types))
        {
            Assert.Equal(row[0], row[1]);
            Assert.Equal(type, ArrowTypes.Of(ArrowTypes.FieldOf("c", type, nullable: true)));
            Assert.Equal(row[2].Trim('`'), Json(type));
        }
    }

    [Fact]
    public void TypesThatAreConvertedOrLeftOut_AreThoseOfTheText()
    {
        IArrowType[] kept =
        [
            new DictionaryType(Int8Type.Default, StringType.Default, false),
            StringViewType.Default,
            BinaryViewType.Default,
        ];
        Assert.Equal(
            ["string", "string", "binary"],
            kept.Select(type => ArrowTypes.Of(new Apache.Arrow.Field("c", type, nullable: true))?.ToString())
        );
        IArrowType[] left =
        [
            new UnionType([new Apache.Arrow.Field("a", Int32Type.Default, true)], [0], UnionMode.Dense),
            new ListViewType(Int32Type.Default),
            new RunEndEncodedType(Int32Type.Default, StringType.Default),
            IntervalType.MonthDayNanosecond,
        ];
        Assert.All(left, type => Assert.Null(ArrowTypes.Of(new Apache.Arrow.Field("c", type, nullable: true))));
    }

    async Task<string> TypeAsync(string format, IReadOnlyList<string> values, KeyValuePair<string, string>[] types)
    {
        var lines =
            format == "jsonl"
                ? values.Select(v => $"{{\"text\":\"t\",\"c\":{v}}}")
                : values.Select(v => $"t,\"{v.Trim('"').Replace("\"", "\"\"")}\"").Prepend("text,c");
        await File.WriteAllLinesAsync(Path.Combine(_folder, $"a.{format}"), lines, TestContext.Current.CancellationToken);
        var run = await CaseRun.OfAsync(_folder, Some.Input("text", null, "c") with { Types = [.. types] });
        File.Delete(Path.Combine(_folder, $"a.{format}"));
        Assert.Null(run.Refusal);
        Assert.Empty(run.Rows.Rejects);
        return run.Schema.Single().Type.ToString();
    }

    static string Json(ColumnType type)
    {
        using var column = TypedColumns.Create(type);
        Append(type, column);
        using var bytes = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(bytes, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        )
        {
            JsonValues.Write(json, type, column, 0);
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    static void Append(ColumnType type, Column column)
    {
        var perSecond = TypedColumns.PerSecond(type.Unit);
        var day = new DateOnly(2024, 2, 29).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        switch (column)
        {
            case ValueColumn<bool> when type.Kind == TypeKind.Null:
                column.AppendNull();
                break;
            case ValueColumn<bool> c:
                c.Append(true);
                break;
            case ValueColumn<ulong> c:
                c.Append(ulong.MaxValue);
                break;
            case ValueColumn<int> c when type.Kind == TypeKind.Date32:
                c.Append(day);
                break;
            case ValueColumn<long> c when type.Kind == TypeKind.Date64:
                c.Append(day * 86_400_000L);
                break;
            case ValueColumn<int> c when type.Kind == TypeKind.Time32:
                c.Append((int)(36_000 * perSecond + perSecond / 2));
                break;
            case ValueColumn<long> c when type.Kind == TypeKind.Time64:
                c.Append(36_000 * perSecond + perSecond / 2);
                break;
            case ValueColumn<long> c when type.Kind == TypeKind.Timestamp:
                c.Append((day * 86_400L + 36_000) * perSecond + perSecond / 2);
                break;
            case ValueColumn<long> c when type.Kind == TypeKind.Duration:
                c.Append(5);
                break;
            case ValueColumn<Half> c:
                c.Append((Half)1.5);
                break;
            case ValueColumn<float> c:
                c.Append(1.5f);
                break;
            case ValueColumn<double> c:
                c.Append(1.5);
                break;
            case ValueColumn<Int128> c:
                c.Append(150);
                break;
            case ValueColumn<Int256> c:
                c.Append(new Int256(150, 0, 0, 0));
                break;
            case StringColumn c:
                c.Append(type.Kind == TypeKind.Json ? "{}" : "a");
                break;
            case BinaryColumn c:
                c.Append(type.Kind == TypeKind.Uuid ? Convert.FromHexString("00112233445566778899AABBCCDDEEFF") : [0, 1]);
                break;
            case ItemsColumn c when type.Kind == TypeKind.Map:
                var entry = (StructColumn)c.Items;
                ((StringColumn)entry.Fields[0]).Append("k");
                ((ValueColumn<int>)entry.Fields[1]).Append(1);
                entry.EndRow();
                c.EndRow();
                break;
            case ItemsColumn c:
                ((ValueColumn<int>)c.Items).Append(1);
                c.Items.AppendNull();
                c.EndRow();
                break;
            case StructColumn c:
                ((ValueColumn<int>)c.Fields[0]).Append(1);
                c.Fields[1].AppendNull();
                c.EndRow();
                break;
            default:
                Assert.True(ColumnConversion.TryAppendInteger(type.Kind >= TypeKind.UInt8 ? 5 : -5, column));
                break;
        }
    }

    static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var docs = Path.Combine(at.FullName, "docs", "data.md");
            if (File.Exists(docs))
            {
                return docs;
            }
        }

        throw new FileNotFoundException("docs/data.md");
    }
}
