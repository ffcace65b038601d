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

    /// <summary>
    /// Folders of csv, tsv, jsonl, text and compressed files, keys of input beside text and keep, and what must come: rows (texts and kept
    /// columns), then reasons of rejects; or, after a !, words of the refusal.
    /// </summary>
    [Theory]
    [InlineData("h2/bool", "", "a | text=a | n=true", "b | text=b | n=1")]
    [InlineData("h2/crlfq", "", "a\nb | id=1 | text=a\nb", "c\r\nd | id=2 | text=c\r\nd")]
    [InlineData("h2/dupkey", "", "b | text=b | x=null", "a | text=a | x=2")]
    [InlineData("h2/expint", "", "a | text=a | n=1", "b | text=b | n=2")]
    [InlineData("h2/extra", "", "!b.csv: found the column 'new'")]
    [InlineData("h2/extra", "keep: [id]", "yes | id=1", "no | id=2")]
    [InlineData("h2/hf622c", "", "a\rb | id=1 | text=a\rb", "c\rd | id=2 | text=c\rd")]
    [InlineData("h2/hiddendir", "", "yes | id=1 | text=yes")]
    [InlineData("h2/hive", "", "yes | id=1 | text=yes", "yes | id=2 | text=yes")]
    [InlineData("h2/hive", "partitions: true", "yes | id=1 | text=yes | year=2024", "yes | id=2 | text=yes | year=2025")]
    [InlineData("h2/midq", "", "a \"b\" c | id=1 | text=a \"b\" c", "5\" disc | id=2 | text=5\" disc", "bad_record")]
    [InlineData("h2/mixfmt", "", "yes | id=1 | text=yes", "j | id=2 | text=j")]
    [InlineData("h2/mysql", "escape: \"\\\\\"", "a\\ta | id=3 | text=a\\ta", "c\\c | id=5 | text=c\\c", "a\"b | id=6 | text=a\"b")]
    [InlineData("h2/names", "", "no | id=2 | text=no", "yes | id=1 | text=yes")]
    [InlineData("h2/nbsp", "", "!a.csv: no column 'text'; found: id, \u00A0text")]
    [InlineData(
        "h2/numtext",
        "",
        "type_mismatch",
        "type_mismatch",
        "type_mismatch",
        "type_mismatch",
        "missing_text",
        "missing_text",
        "missing_text",
        "missing_text"
    )]
    [InlineData(
        "h2/paws",
        "quote: none",
        "\"All My\" by Scott | id=1 | text=\"All My\" by Scott | sentence2=\" A \" was ( | label=0",
        "x | id=2 | text=x | sentence2=\"closed\" | label=1",
        "\"open only | id=3 | text=\"open only | sentence2=y | label=1"
    )]
    [InlineData("h2/pl29330", "", "!a.jsonl: found the member 'b'")]
    [InlineData("h2/reord", "", "yes | id=1 | text=yes | x=3", "no | id=2 | text=no | x=4")]
    [InlineData("h2/sep154", "", "hello | id=1 | text=hello", "x | id=2 | text=x")]
    [InlineData(
        "h2/spark",
        "escape: \"\\\\\"",
        "say \"hi\" | id=1 | text=say \"hi\" | z=a",
        "x \" | id=2 | text=x \" | z=b",
        "y | id=3 | text=y | z=c",
        "end\\ | id=4 | text=end\\ | z=d",
        "plain | id=5 | text=plain | z=e"
    )]
    [InlineData("h2/unterm", "", "b | id=2 | text=b", "c | id=3 | text=c", "bad_record")]
    [InlineData("h4/bomb", "", "!refused as a decompression bomb")]
    [InlineData("h4/bz2", "", "!not supported: bzip2")]
    [InlineData("h4/bz2n", "", "!not supported: found bzip2")]
    [InlineData("h4/crc", "", "!a.csv.gz: the compressed data is truncated or damaged")]
    [InlineData("h4/trunc", "", "!a.csv.zst: the compressed data is truncated or damaged")]
    [InlineData("h4/junk", "", "!garbage behind the end of the gzip data")]
    [InlineData("h4/xz", "", "!not supported: xz")]
    [InlineData("h4/zip", "", "!not supported: a zip archive")]
    [InlineData("hand/bigint", "", "a | text=a | n=18446744073709551615 | m=1", "b | text=b | n=9007199254740993 | m=2")]
    [InlineData("hand/bom", "", "hello | id=1 | text=hello")]
    [InlineData("hand/bomjson", "", "a | text=a")]
    [InlineData("hand/cat", "", "bad_record")]
    [InlineData("hand/comment", "keep: []", "a", "d", "bad_record", "bad_record", "bad_record", "type_mismatch")]
    [InlineData("hand/cr", "", "!lines that end in CR alone")]
    [InlineData(
        "hand/dec",
        "",
        "a | text=a | price=1.10 | p=0.1000000000000000055511151231257827",
        "b | text=b | price=12345678901234567890.123456789 | p=1e400"
    )]
    [InlineData("hand/deep", "keep: []", "a", "b")]
    [InlineData("hand/dotted", "", "a | text=a | a.b=1 | a={\"b\":2}")]
    [InlineData("hand/dup", "", "!the header names the column 'x' more than once")]
    [InlineData("hand/dup", "keep: []", "a")]
    [InlineData("hand/empty", "", "!a file has no records: a.csv")]
    [InlineData("hand/onlyhdr", "", "!a file has no records: a.csv")]
    [InlineData("hand/emptyhdr", "", "a | text=a | x=2")]
    [InlineData("hand/trail", "", "hello | id=1 | text=hello")]
    [InlineData("hand/gzmulti", "", "a | id=1 | text=a", "b | id=2 | text=b")]
    [InlineData("hand/gzname", "", "a | id=1 | text=a")]
    [InlineData("hand/gztrail", "", "a | id=1 | text=a")]
    [InlineData("hand/gztrunc", "", "!truncated or damaged")]
    [InlineData("hand/notgz", "", "a | id=1 | text=a")]
    [InlineData("hand/jsonarr", "", "a | text=a", "b | text=b")]
    [InlineData("hand/jsonarr2", "", "a | text=a", "b | text=b")]
    [InlineData("hand/latin1", "", "ok | id=2 | text=ok", "bad_encoding")]
    [InlineData("hand/latin1", "encoding: latin-1", "caf\u00E9 | id=1 | text=caf\u00E9", "ok | id=2 | text=ok")]
    [InlineData("hand/lonesur", "", "ok \U0001F600 | text=ok \U0001F600", "esc name | text=esc name", "bad_encoding")]
    [InlineData("hand/nest", "", "a | text=a | meta={\"k\":[1,2]} | tags=[\"x\",\"y\"] | n=null")]
    [InlineData("hand/pretty", "", "!spans several lines")]
    [InlineData("hand/ragged", "", "hello | id=1 | text=hello", "ok | id=4 | text=ok", "bad_record", "bad_record")]
    [InlineData("hand/semi", "", "!set input.delimiter")]
    [InlineData("hand/semi", "delimiter: auto", "hello | id=1 | text=hello")]
    [InlineData("hand/sep", "", "hello | id=1 | text=hello")]
    [InlineData("hand/two", "", "!b.jsonl: found the member 'y'")]
    [InlineData("hand/txt", "", "line one | text=line one", "line two | text=line two", "last | text=last")]
    [InlineData("hand/utf16", "", "!set input.encoding: utf-16")]
    [InlineData("hand/utf16json", "", "!set input.encoding: utf-16")]
    [InlineData("hand/wrongext", "", "!not a Parquet file")]
    public async Task Read_TextFilesOfOthers_GiveWhatTheySay(string folder, string keys, params string[] expected)
    {
        Assert.SkipWhen(Folder is null, "../shared/cases is not here");
        var run = await RunAsync(Path.Combine(Folder, "text", folder), keys);
        if (expected is [['!', .. var refusal]])
        {
            Assert.Contains(refusal, run.Refusal);
            return;
        }

        Assert.Null(run.Refusal);
        Assert.Equal(expected, run.Lines.Concat(run.Rows.Reasons));
    }

    [Theory]
    [InlineData("h2/d11838", 21001, 0)]
    [InlineData("h2/ch", 1200, 2)]
    [InlineData("h3/ch", 1001, 2)]
    [InlineData("h4/gzx", 3000, 0)]
    [InlineData("h4/multi", 3000, 0)]
    [InlineData("h4/raw", 3000, 0)]
    [InlineData("h4/skip", 3000, 0)]
    [InlineData("h4/ultra", 3000, 0)]
    public async Task Read_LongTextFilesOfOthers_HaveAllTheirRows(string folder, int rows, int rejects)
    {
        Assert.SkipWhen(Folder is null, "../shared/cases is not here");
        var run = await RunAsync(Path.Combine(Folder, "text", folder), "");
        Assert.Null(run.Refusal);
        Assert.Equal((rows, rejects), (run.Rows.Texts.Count, run.Rows.Rejects.Count));
        Assert.All(run.Rows.Reasons, reason => Assert.Equal("type_mismatch", reason));
    }

    [Fact]
    public async Task Read_FilesOfClients_AreReadOrRefusedByName()
    {
        Assert.SkipWhen(Folder is null, "../shared/cases is not here");
        var clients = Path.Combine(Folder, "clients");
        Assert.Contains("Delta Lake", (await RunAsync(Path.Combine(clients, "delta_overwritten"), "")).Refusal);
        foreach (
            var (file, keys, rows) in new[]
            {
                ("zero_rows_pyarrow.parquet", "", 0),
                ("empty_rowgroup_mid_pyarrow.parquet", "", 300),
                ("pandas_index.csv", "", -1),
                ("duckdb_array.json", "", -1),
                ("pandas_escapechar.csv", "escape: \"\\\\\"", -1),
            }
        )
        {
            var run = await RunAsync(Path.Combine(clients, file), keys);
            Assert.Null(run.Refusal);
            Assert.Empty(run.Rows.Rejects);
            Assert.True(rows < 0 || rows == run.Rows.Texts.Count, file);
            Assert.DoesNotContain(run.Schema, c => c.Name.Length == 0);
            Assert.DoesNotContain(run.Rows.Texts, text => text.Contains("\\\""));
        }
    }

    static Task<CaseRun> RunAsync(string path, string keys) =>
        CaseRun.OfAsync(
            path,
            SpecReader
                .Parse(
                    $"input:\n  text: text\n{(keys.StartsWith("keep", StringComparison.Ordinal) ? "" : "  keep: [\"*\"]\n")}  {keys}\n",
                    "case"
                )
                .Input
        );

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
            if (look.LeftOut.Any(what => what.Contains($"'{name}'")))
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
