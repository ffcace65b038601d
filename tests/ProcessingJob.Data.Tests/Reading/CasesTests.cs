using System.Text.Json;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Tests;

/// <summary>Files that other writers made, beside the values that Arrow C++ reads in them. Skipped where they are not.</summary>
public sealed class CasesTests
{
    static readonly string? Folder = Find();

    [Fact]
    public async Task Read_ParquetFilesOfOthers_GiveWhatArrowReads()
    {
        Assert.SkipWhen(Folder is null, "../shared/cases is not here");
        var folder = Path.Combine(Folder, "parquet");
        // Python writes NaN, which is no JSON.
        var json = await File.ReadAllTextAsync(Path.Combine(folder, "expected.json"), TestContext.Current.CancellationToken);
        using var expected = JsonDocument.Parse(
            System.Text.RegularExpressions.Regex.Replace(json, @"(?<=[\s\[])(NaN|-?Infinity)(?=[,\s])", "null")
        );
        var faults = new List<string>();
        foreach (var file in expected.RootElement.EnumerateObject())
        {
            try
            {
                await CompareAsync(Path.Combine(folder, file.Name), file.Value);
            }
            catch (Exception e)
            {
                faults.Add($"{file.Name}: {e.Message}");
            }
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    static async Task CompareAsync(string path, JsonElement expected)
    {
        var source = new LocalSource(path, Path.GetFileName(path));
        var look = await new ParquetInput().FindColumnsAsync(source, new(), TestContext.Current.CancellationToken);
        // No text is asked for, so that every row counts.
        var options = new ReadOptions
        {
            Input = new() { Keep = ["*"] },
            Texts = [],
            Schema = look.Columns,
        };
        var rows = new List<Dictionary<string, string>>();
        var booleans = new Dictionary<string, int>();
        await foreach (var block in new RowReader(options).ReadAsync(Some.Unit(source, InputFormat.Parquet), source))
        {
            Assert.Empty(block.Rejects);
            for (var i = 0; i < block.Count; i++)
            {
                var row = new Dictionary<string, string>();
                foreach (var (column, values) in look.Columns.Zip(block.Kept))
                {
                    row[column.Name] = Show(column.Type, values, i);
                    if (row[column.Name] == "true" && column.Type == ColumnType.Bool)
                    {
                        booleans[column.Name] = booleans.GetValueOrDefault(column.Name) + 1;
                    }
                }

                rows.Add(row);
            }

            block.Dispose();
        }

        Assert.Equal(expected.GetProperty("rows").GetInt32(), rows.Count);
        foreach (var (name, type) in expected.GetProperty("schema").EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)))
        {
            if (look.LeftOut.Contains(name))
            {
                continue;
            }

            var found = look.Columns.First(c => c.Name == name).Type;
            if (!found.IsNested && !type.StartsWith("dictionary", StringComparison.Ordinal))
            {
                Assert.Equal(
                    type.Replace("extension<arrow.uuid>", "uuid").Replace("halffloat", "float16").Replace("date32[day]", "date32"),
                    found.ToString()
                );
            }

            var first = expected.GetProperty("first").GetProperty(name).EnumerateArray().ToList();
            for (var i = 0; i < first.Count; i++)
            {
                var shown = Normal(first[i], found);
                Assert.True(shown == rows[i][name], $"column {name}, row {i}: found {rows[i][name]}, expected {shown}");
            }
        }

        if (expected.TryGetProperty("count_true", out var counts))
        {
            foreach (var count in counts.EnumerateObject())
            {
                Assert.Equal(count.Value.GetInt32(), booleans.GetValueOrDefault(count.Name));
            }
        }
    }

    static string Show(ColumnType type, Column column, int row)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            JsonValues.Write(json, type, column, row);
        }

        using var value = JsonDocument.Parse(bytes.ToArray());
        return Normal(value.RootElement, type);
    }

    /// <summary>One way to write what Python's str and our JSON write in two.</summary>
    static string Normal(JsonElement value, ColumnType type)
    {
        switch (value.ValueKind)
        {
            // What is beyond Python's years stands there as a count.
            case JsonValueKind.String when type.Kind == TypeKind.Timestamp && long.TryParse(value.GetString(), out var beyond):
                using (var count = new ValueColumn<long>())
                {
                    count.Append(beyond);
                    return TypedColumns.TextOf(type, count, 0)!;
                }

            case JsonValueKind.Number when type.Kind is TypeKind.Float16 or TypeKind.Float32:
                return ((float)value.GetDouble()).ToString();
            case JsonValueKind.Number when !type.IsInteger && !type.IsNested:
                return value.GetDouble().ToString();
            case JsonValueKind.String when type.Kind == TypeKind.Timestamp:
                var text = value.GetString()!.Replace(' ', 'T').Replace("+00:00", "").Replace("Z", "");
                return text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
            case JsonValueKind.String when type.Kind is TypeKind.Time32 or TypeKind.Time64:
                return value.GetString()!.TrimEnd('0').TrimEnd('.');
            case JsonValueKind.String when type.IsDecimal:
                return decimal.Parse(value.GetString()!, System.Globalization.NumberStyles.Float).ToString("0.####################");
            case JsonValueKind.Object when value.TryGetProperty("base64", out var base64):
                return base64.GetString()!;
            case JsonValueKind.True:
                return "true";
            case JsonValueKind.False:
                return "false";
            default:
                return type.IsNested ? Plain(value, type) : value.ToString();
        }
    }

    /// <summary>Python's pairs and bytes as our objects and texts.</summary>
    static string Plain(JsonElement value, ColumnType? type)
    {
        return value.ValueKind switch
        {
            JsonValueKind.Array when type?.Kind == TypeKind.Map => Members(value.EnumerateArray().Select(p => (p[0].GetString()!, p[1]))),
            JsonValueKind.Array => $"[{string.Join(",", value.EnumerateArray().Select(v => Plain(v, null)))}]",
            JsonValueKind.Object when value.TryGetProperty("base64", out var bytes) => bytes.GetRawText(),
            JsonValueKind.Object => Members(value.EnumerateObject().Select(p => (p.Name, p.Value))),
            JsonValueKind.Number => value.GetDouble().ToString(),
            _ => value.GetRawText(),
        };

        static string Members(IEnumerable<(string Name, JsonElement Value)> members) =>
            $"{{{string.Join(",", members.Select(m => $"{m.Name}:{Plain(m.Value, null)}"))}}}";
    }

    static string? Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var cases = Path.Combine(at.FullName, "shared", "cases");
            if (Directory.Exists(cases))
            {
                return cases;
            }
        }

        return null;
    }
}
