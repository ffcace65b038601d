using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

/// <summary>What a job sees of its input before it starts, and that its rows are read by that.</summary>
public sealed class InputLookTests : IDisposable
{
    static readonly InputSpec All = Some.Input("text", null, "*");
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-look-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    void Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    async Task<CaseRun> ReadAsync(InputSpec? input = null) => await CaseRun.OfAsync(_folder, input ?? All);

    async Task<string> RefusalAsync(InputSpec? input = null)
    {
        var run = await ReadAsync(input);
        Assert.True(run.Refusal is not null, string.Join("\n", run.Lines));
        return run.Refusal;
    }

    static InputSpec Typed(params (string Name, string Type)[] types) =>
        All with
        {
            Types = [.. types.Select(t => KeyValuePair.Create(t.Name, t.Type))],
        };

    [Theory]
    [InlineData("part-00000", "{\"text\":\"one\"}\n", "holds a JSON object", "jsonl")]
    [InlineData("a.txt", "\n [ {\"text\": 1}]", "holds a JSON object", "jsonl")]
    [InlineData("000000_0", "id,text\n1,one\n", "names a column 'text' beside others", "csv")]
    [InlineData("data", "\"text\"|id\r\none|1\r\n", "names a column 'text' beside others", "csv")]
    public async Task Look_PlainTextThatIsNone_IsRefused(string name, string content, string what, string format)
    {
        Write(name, content);
        Assert.Equal(
            $"{name}: its first line {what}, and its name tells plain text; fix: set input.format: {format}, or text where lines "
                + "are the texts",
            await RefusalAsync()
        );
        var run = await ReadAsync(All with { Format = InputFormat.Text });
        Assert.Null(run.Refusal);
    }

    [Theory]
    [InlineData("{curly} text\n")]
    [InlineData("{\n")]
    [InlineData("[1] a footnote\n")]
    [InlineData("text\n")]
    [InlineData("this text, and another\n")]
    public async Task Look_PlainText_IsRead(string content)
    {
        Write("corpus", content);
        Assert.Null((await ReadAsync()).Refusal);
    }

    [Fact]
    public async Task Look_WhatLiesBesideData_IsSkippedAndNamed()
    {
        Write("data/a.csv", "text\none\n");
        foreach (
            var name in new[]
            {
                "README.md",
                "LICENSE",
                "dataset_info.json",
                "state.json",
                "dataset_infos.json",
                "data/_draft.csv",
                "data/_old/b.csv",
            }
        )
        {
            Write(name, "x");
        }

        foreach (var name in new[] { "_SUCCESS", "data/_metadata", "data/.a.csv.crc", "data/a.csv.crc", ".gitattributes", ".git/HEAD" })
        {
            Write(name, "x");
        }

        var run = await ReadAsync();
        Assert.Equal(["one | text=one"], run.Lines);
        var warning = Assert.Single(run.Warnings);
        Assert.Equal("files_skipped", warning.Code);
        Assert.Contains(
            ": LICENSE, README.md, data/_draft.csv, data/_old/, dataset_info.json, dataset_infos.json, state.json; where one is data",
            warning.Message
        );
    }

    [Fact]
    public async Task Look_StateJsonWithoutADatasetInfo_IsData()
    {
        Write("state.json", "{\"text\":\"a\"}\n");
        Assert.Equal(["a | text=a"], (await ReadAsync()).Lines);
    }

    [Fact]
    public async Task Look_ReadmesAsTexts_AreDataWhereTheFormatIsText()
    {
        Write("one/README.md", "first");
        Write("two/README.md", "second");
        var input = new InputSpec { Format = InputFormat.Text, Rows = TextRows.File };
        Assert.Equal(["first", "second"], (await ReadAsync(input)).Rows.Texts);
    }

    [Theory]
    [InlineData("a.rst", "the name ends in '.rst'", "name the files to read (input.data: ")]
    [InlineData("a.csv.bz2", "not supported: bzip2", "bunzip2")]
    [InlineData("a.orc", "not supported: ORC", "spark.read.orc")]
    [InlineData("a.xlsx", "not supported: an Excel workbook", "CSV UTF-8")]
    public async Task Look_FileOfAnotherKind_IsRefusedWithAWayOut(string name, string what, string fix)
    {
        Write("data.csv", "text\none\n");
        Write(name, "x");
        var refusal = await RefusalAsync();
        Assert.StartsWith($"{name}: {what}", refusal);
        Assert.Contains(fix, refusal);
    }

    [Theory]
    [InlineData("BZh91AY&SY…", "not supported: found bzip2")]
    [InlineData("PK\u0003\u0004…", "not supported: found a zip archive")]
    [InlineData("%PDF-1.7\n", "not supported: found a PDF")]
    [InlineData("PAR1\u0015\u0004", "found a file of parquet; fix: set input.format: parquet")]
    [InlineData("ARROW1\0\0", "found a file of arrow; fix: set input.format: arrow")]
    public async Task Look_FileUnderAWrongName_IsNotCalledDamagedText(string content, string what)
    {
        Write("a.csv", content);
        Assert.Contains(what, await RefusalAsync());
    }

    [Theory]
    [InlineData("a.csv", "")]
    [InlineData("b.csv", "text,n\n")]
    [InlineData("b.csv", "text,n\r\n\r\n")]
    [InlineData("b.jsonl", "\n\n")]
    [InlineData("b.txt", "")]
    public async Task Look_FileWithoutARecord_IsRefusedUnlessAllowed(string name, string content)
    {
        Write("a1.csv", "text,n\na,1\n");
        Write(name, content);
        var refusal = await RefusalAsync(Some.Input());
        Assert.Contains($"a file has no records: {name}; fix: take it away, or set input.allow_empty: true", refusal);
        Assert.Equal(["a"], (await ReadAsync(Some.Input() with { AllowEmpty = true })).Rows.Texts);
    }

    [Fact]
    public async Task Look_BlankFileThatIsARow_IsARejectAsBefore()
    {
        Write("a.txt", "one");
        Write("b.txt", "\n");
        var run = await ReadAsync(new InputSpec { Rows = TextRows.File });
        Assert.Equal(["one"], run.Rows.Texts);
        Assert.Equal(["missing_text"], run.Rows.Reasons);
    }

    [Fact]
    public async Task Look_TypesOfAFormatThatHasItsOwn_AreRefusedAsMisplaced()
    {
        Write("a.jsonl", "{\"text\":\"a\",\"n\":1}\n");
        foreach (var type in new[] { ("*", "infer"), ("n", "int8") })
        {
            Assert.Contains("input.types: for csv, tsv and folders", await RefusalAsync(Typed(type)));
        }
    }

    [Fact]
    public async Task Look_ShortFileBesideALongHeader_IsNoHeaderAlone()
    {
        Write("a.csv", "text,a_long_name_of_a_column\na,1\n");
        Write("b.csv", "text\nb\n");
        Assert.Equal(["a", "b"], (await ReadAsync(Some.Input())).Rows.Texts);
    }

    [Fact]
    public async Task Look_Folders_AreColumnsWhenAskedFor()
    {
        Write("year=2024/city=S%C3%A3o%20Paulo/a.csv", "text\none\n");
        Write("year=2025/city=__HIVE_DEFAULT_PARTITION__/a.jsonl", "{\"text\":\"two\"}\n");
        var run = await ReadAsync(All with { Partitions = true });
        Assert.Equal(["one | text=one | year=2024 | city=São Paulo", "two | text=two | year=2025 | city=null"], run.Lines);
        Assert.Empty(run.Warnings);

        run = await ReadAsync(Typed(("year", "int16")) with { Partitions = true, Keep = ["year"] });
        Assert.Equal("year: int16", $"{run.Schema[0].Name}: {run.Schema[0].Type}");
        Assert.Equal(["one | year=2024", "two | year=2025"], run.Lines);

        run = await ReadAsync();
        Assert.Equal(["one | text=one", "two | text=two"], run.Lines);
        Assert.Contains("'year=…', 'city=…' are not carried as columns; input.partitions: true", Assert.Single(run.Warnings).Message);
    }

    [Fact]
    public async Task Look_FoldersThatCannotBeColumns_AreRefused()
    {
        var folders = All with { Partitions = true };
        Write("a.csv", "text\none\n");
        Assert.Contains("a.csv lies in no folder of the form name=value", await RefusalAsync(folders));
        File.Delete(Path.Combine(_folder, "a.csv"));

        Write("year=2024/a.csv", "text\none\n");
        Assert.Contains("'year' is a folder's name", await RefusalAsync(folders with { Id = "year" }));
        Assert.Contains("'year' is a folder's name", await RefusalAsync(folders with { Text = ["year"] }));
        Assert.Contains(
            "year=2024/a.csv: no column 'yaer'; found: text",
            await RefusalAsync(Typed(("yaer", "int16")) with { Partitions = true })
        );

        Write("year=new/a.csv", "text\none\n");
        Assert.Contains("the folder 'year=new' is no int16", await RefusalAsync(Typed(("year", "int16")) with { Partitions = true }));

        Write("yaer=2025/a.csv", "text\none\n");
        Assert.Contains("does not lie in folders of the same names", await RefusalAsync(folders));
        Directory.Delete(Path.Combine(_folder, "yaer=2025"), recursive: true);

        Write("year=2024/b.csv", "text,year\ntwo,1999\n");
        Assert.Contains("year=2024/b.csv: the file has a column 'year', and a folder has the name too", await RefusalAsync(folders));
    }

    [Fact]
    public async Task Look_InferredTypes_HoldTheSamplesOfEveryFile()
    {
        Write("a.csv", "text,n,f,b,d,t,z,zip,none\nx,1,1,true,2024-02-29,2024-02-29 10:00:00,2024-02-29T10:00:00Z,00501,\n");
        Write("b.csv", "text,n,f,b,d,t,z,zip,none\ny,-5,2.5,FALSE,1999-12-31,1999-12-31T00:00:00.5,1999-12-31T00:00:00+02:00,7,\n");
        var run = await ReadAsync(Typed(("*", "infer")));
        Assert.Equal(
            "text: string, n: int64, f: double, b: bool, d: date32, t: timestamp[us], z: timestamp[us, tz=UTC], zip: string, none: string",
            string.Join(", ", run.Schema.Select(c => $"{c.Name}: {c.Type}"))
        );
        Assert.Equal(["1", "-5"], run.Rows.Kept.Select(k => k[1]));
        Assert.Equal(["1", "2.5"], run.Rows.Kept.Select(k => k[2]));
        Assert.Equal(["00501", "7"], run.Rows.Kept.Select(k => k[7]));

        run = await ReadAsync(Typed(("*", "infer"), ("n", "int8")) with { Keep = ["f", "n"] });
        Assert.Equal("f: double, n: int8", string.Join(", ", run.Schema.Select(c => $"{c.Name}: {c.Type}")));
    }

    [Fact]
    public async Task Sample_TypesThatNobodySettled_AreRefusedByName()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            SchemaSampler.InferAsync(
                new MemorySource("text,n\nx,1\n", "a.csv"),
                InputFormat.Csv,
                Typed(("*", "infer")) with
                {
                    Keep = ["n"],
                },
                TestContext.Current.CancellationToken
            )
        );
        Assert.Contains("infer is settled by pjob when it plans a job", e.Message);
        Assert.Contains("the type of 'n' by name (input.types: { n: string })", e.Message);
    }

    [Theory]
    [InlineData("007")]
    [InlineData("+1")]
    [InlineData("1.0")]
    [InlineData("x")]
    [InlineData("18446744073709551616")]
    public async Task Look_InferredTypeThatALaterValueDoesNotFit_RejectsTheRow(string later)
    {
        Write("a.csv", $"text,n\n{string.Concat(Enumerable.Range(0, 1000).Select(i => $"t,{i}\n"))}last,{later}\n");
        var run = await ReadAsync(Typed(("*", "infer")));
        Assert.Equal(1000, run.Rows.Texts.Count);
        Assert.Equal(["type_mismatch"], run.Rows.Reasons);

        // A type that somebody names says that these are numbers.
        run = await ReadAsync(Typed(("n", "int64")));
        Assert.Equal(later is "007" or "+1" ? 0 : 1, run.Rows.Rejects.Count);
    }

    [Theory]
    [InlineData("1,18446744073709551615", "uint64")]
    [InlineData("-1,18446744073709551615", "string")]
    [InlineData("1,9007199254740993,2.5", "string")]
    [InlineData("1,0.1000000000000000055511151231257827", "string")]
    [InlineData("1e3,2", "double")]
    [InlineData("2024-01-01 01:00:00+00,2024-01-01T01:00:00.5-0930", "timestamp[us, tz=UTC]")]
    [InlineData("2024-01-01 01:00:00+0x,2024-01-01T01:00:00Z", "string")]
    [InlineData("true,1", "string")]
    [InlineData("2024-01-01,2024-01-01 00:00:00", "string")]
    [InlineData("2024-01-01 00:00:00,2024-01-01 00:00:00Z", "string")]
    [InlineData("2024-13-01,2024-01-01", "string")]
    [InlineData("-0,1", "string")]
    public async Task Look_InferredType_LosesNothing(string values, string type)
    {
        Write("a.csv", $"text,n\n{string.Concat(values.Split(',').Select(v => $"t,{v}\n"))}");
        var run = await ReadAsync(Typed(("*", "infer")));
        Assert.Equal(type, run.Schema[1].Type.ToString());
        Assert.Empty(run.Rows.Rejects);
    }

    [Theory]
    [InlineData("2024-01-01 01:00:00+02", "2023-12-31T23:00:00Z")]
    [InlineData("2024-01-01T01:00:00-0930", "2024-01-01T10:30:00Z")]
    [InlineData("2024-01-01T01:00:00.25+02:00", "2023-12-31T23:00:00.25Z")]
    public async Task Read_OffsetsOfTimestamps_AreTakenOff(string field, string expected)
    {
        Write("a.csv", $"text,t\nx,{field}\n");
        var run = await ReadAsync(Typed(("t", "timestamp[us, tz=UTC]")) with { Keep = ["t"] });
        var micros = long.Parse(Assert.Single(run.Rows.Kept)[0]);
        Assert.Equal(DateTime.Parse(expected).ToUniversalTime(), DateTime.UnixEpoch.AddMicroseconds(micros));
    }

    [Fact]
    public async Task Look_TextColumnThatIsNoText_IsRefusedWithItsType()
    {
        Write("a.jsonl", "{\"text\":{\"body\":\"a\"},\"n\":1}\n");
        Assert.Contains(
            "the text column 'text' has objects or arrays, expected string; fix: set input.text to a member of it, such as " + "text.body",
            await RefusalAsync()
        );
        Assert.Contains("the text column 'n' has the type int64", await RefusalAsync(Some.Input("n")));
        Assert.Equal(["a"], (await ReadAsync(Some.Input("text.body"))).Rows.Texts);
        File.Delete(Path.Combine(_folder, "a.jsonl"));
        Write("a.csv", "text\n1\n");
        Assert.Contains("the text column 'text' has the type int32", await RefusalAsync(Typed(("text", "int32"))));
    }

    [Fact]
    public async Task Look_ColumnMissingInTheFirstFileOfAnotherFormat_IsRefusedBeforeTheStart()
    {
        Write("a.csv", "text\none\n");
        Write("b.jsonl", "{\"body\":\"two\"}\n");
        var refusal = await RefusalAsync(Some.Input("text", null, "body"));
        Assert.Contains("a.csv: no column 'body'", refusal);
        Assert.Contains("b.parquet", await WithParquetAsync());

        async Task<string> WithParquetAsync()
        {
            File.Delete(Path.Combine(_folder, "b.jsonl"));
            Write("b.parquet", "no");
            return await RefusalAsync(Some.Input());
        }
    }

    [Theory]
    [InlineData("sep=;\nid;text\n1;a,b\n", "a,b | id=1 | text=a,b")]
    [InlineData("sep=|\r\nid|text\r\n1|x\r\n", "x | id=1 | text=x")]
    [InlineData(",text\n0,a\n", "a | text=a")]
    [InlineData("text,,\na,,\n", "a | text=a")]
    public async Task Read_CsvOfSpreadsheetsAndPandas_HasItsColumns(string content, string line)
    {
        Write("a.csv", content);
        var run = await ReadAsync();
        Assert.Equal([line], run.Lines);
        Assert.Equal(content.StartsWith("sep") ? 0 : content.Split('\n')[0].Split(',').Count(n => n.Length == 0), run.Warnings.Count);
    }

    [Fact]
    public async Task Read_BackslashBeforeAQuote_NamesTheKey()
    {
        Write("a.csv", "text\n\"say \\\"hi\\\" now\"\nb\n");
        Assert.Contains("a backslash stands before it: see input.escape", Assert.Single((await ReadAsync()).Rows.Rejects).Message);
        Assert.Equal(["say \"hi\" now", "b"], (await ReadAsync(All with { Escape = "\\" })).Rows.Texts);
    }

    [Theory]
    [InlineData("[{\"text\":\"a\"},\n {\"text\":\"b\"}\n]\n", null)]
    [InlineData(" \n[ ]", "no records")]
    [InlineData("[", "ends before its ']'")]
    [InlineData("[{\"text\":\"a\"}", "ends before its ']'")]
    [InlineData("[{\"text\":\"a\"},", "ends before its ']'")]
    [InlineData("[{\"text\":\"a\"}, \n", "ends before its ']'")]
    [InlineData("[{\"text\":\"a\"},{\"te", "ends before its ']'")]
    [InlineData("[{\"text\":\"a\"},{\"text\":\"b}]", "ends before its ']'")]
    [InlineData("[{\"text\":\"a\"}]\n{\"text\":\"b\"}", "found '{\"text\":\"b\"}' behind the end of the JSON array")]
    [InlineData("[{\"text\":\"a\"}]\n[{\"text\":\"b\"}]", "behind the end of the JSON array")]
    [InlineData("[{\"text\":\"a\"} {\"text\":\"b\"}]", "behind an element of the JSON array")]
    [InlineData("{\n \"text\": \"a\"\n}\n", "its first object spans several lines")]
    public async Task Read_JsonArray_IsWholeOrRefused(string content, string? refusal)
    {
        Write("a.json", content);
        var run = await ReadAsync();
        if (refusal is null)
        {
            Assert.Equal(["a | text=a", "b | text=b"], run.Lines);
        }
        else
        {
            Assert.Contains(refusal, run.Refusal);
        }
    }
}
