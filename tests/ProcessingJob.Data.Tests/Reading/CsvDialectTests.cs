using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

/// <summary>csv as Spark, MySQL, pandas, spreadsheets and corpora write it.</summary>
public sealed class CsvDialectTests
{
    static async Task<ReadRows> ReadAsync(string csv, Func<InputSpec, InputSpec> change, InputFormat format = InputFormat.Csv) =>
        await ReadRows.OfAsync(new MemorySource(csv, "a.csv"), format, Some.Options(change(Some.Input())));

    [Fact]
    public async Task Read_BackslashEscapes_MeanWhatSparkMeans()
    {
        const string csv =
            "id,text,z\n1,\"say \\\"hi\\\"\",a\n2,\"x \\\"\",b\n3,\"y\",c\n4,\"end\\\\\",d\n5,plain,e\n6,a\\tb,f\n7,\"two\nlines\",g\n";
        var rows = await ReadAsync(csv, i => i with { Escape = "\\" });
        Assert.Empty(rows.Rejects);
        Assert.Equal(["say \"hi\"", "x \"", "y", "end\\", "plain", "a\\tb", "two\nlines"], rows.Texts);
    }

    [Fact]
    public async Task Read_EscapesOutsideQuotes_AreReadAndBackslashNIsNull()
    {
        var input = Some.Input("text", null, "k") with { Escape = "\\" };
        var rows = await ReadRows.OfAsync(
            new MemorySource("text,k\na \\\" b,\\N\nc\\,d,x\ne\\\nf,\"\\N\"\n"),
            InputFormat.Csv,
            Some.Options(input, new KeptColumn("k", ColumnType.String))
        );
        Assert.Empty(rows.Rejects);
        Assert.Equal(["a \" b", "c,d", "e\nf"], rows.Texts);
        Assert.Equal(["null", "x", "\\N"], rows.Kept.Select(k => k[0]));
    }

    [Fact]
    public async Task Read_EscapedEscapeBeforeN_IsAText()
    {
        var input = Some.Input("text", null, "k") with { Escape = "\\" };
        var rows = await ReadRows.OfAsync(
            new MemorySource("text,k\na,\\\\N\nb,\\N\n"),
            InputFormat.Csv,
            Some.Options(input, new KeptColumn("k", ColumnType.String))
        );
        Assert.Equal(["\\N", "null"], rows.Kept.Select(k => k[0]));
    }

    [Fact]
    public async Task Read_QuotesInsideAnUnquotedField_OpenNothing()
    {
        var rows = await ReadAsync("n,text\n5\"\",a\n6,\"b\"\n", i => i with { Escape = "\\" });
        Assert.Empty(rows.Rejects);
        Assert.Equal(["a", "b"], rows.Texts);
    }

    [Theory]
    [InlineData("n\ttext\n1\t'b'")]
    [InlineData("n\ttext\n1\t'b'\n")]
    public async Task Read_TsvWithAQuoteThatClosesAtTheEnd_IsWhole(string tsv)
    {
        var rows = await ReadAsync(tsv, i => i with { Quote = "'" }, InputFormat.Tsv);
        Assert.Empty(rows.Rejects);
        Assert.Equal(["b"], rows.Texts);
    }

    [Fact]
    public async Task Read_EscapeThatEndsARecordWithoutQuotes_IsACharacter()
    {
        var rows = await ReadAsync("n,text\n1,a\\", i => i with { Quote = "none", Escape = "\\" });
        Assert.Equal(["a\\"], rows.Texts);
    }

    [Theory]
    [InlineData("float64", "1e400")]
    [InlineData("float32", "1e39")]
    [InlineData("timestamp[ns]", "2020-01-01T00:00:00.1234567899")]
    public async Task Read_ValueThatItsTypeCannotHold_IsATypeMismatch(string type, string value)
    {
        var rows = await TypedAsync(type, value);
        Assert.Equal([RejectReason.TypeMismatch], rows.Reasons);
    }

    [Theory]
    [InlineData("float64", "Infinity", "Infinity")]
    [InlineData("timestamp[ns]", "2020-01-01T00:00:00.123456789", "1577836800123456789")]
    [InlineData("timestamp[ns, tz=UTC]", "2020-01-01T00:00:00.12345678Z", "1577836800123456780")]
    public async Task Read_ValueThatItsTypeHolds_IsKept(string type, string value, string expected)
    {
        var rows = await TypedAsync(type, value);
        Assert.Empty(rows.Rejects);
        Assert.Equal([expected], rows.Kept.Select(k => k[0]));
    }

    static async Task<ReadRows> TypedAsync(string type, string value)
    {
        var input = Some.Input("text", null, "k") with { Types = [KeyValuePair.Create("k", type)] };
        return await ReadRows.OfAsync(
            new MemorySource($"text,k\na,{value}\n"),
            InputFormat.Csv,
            Some.Options(input, new KeptColumn("k", ColumnType.Parse(type)))
        );
    }

    [Fact]
    public async Task Read_EscapedFileInAnyRanges_GivesEveryRecordOnce()
    {
        var csv = "text\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"\"row {i}\\\"\nsecond\"\n"));
        var source = new MemorySource(csv);
        var rows = new ReadRows();
        var reader = new RowReader(Some.Options(Some.Input() with { Escape = "\\" }));
        for (long start = 0; start < source.Length; start += 777)
        {
            await rows.AddAsync(reader, Some.Unit(source, InputFormat.Csv, start, Math.Min(source.Length, start + 777)), source);
        }

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"row {i}\"\nsecond"), rows.Texts);
    }

    [Fact]
    public async Task Read_OtherQuote_IsHeededAndDoubled()
    {
        var rows = await ReadAsync("text,n\n'a, ''b''',1\n\"c\",2\n'open,3\nd,4\n", i => i with { Quote = "'" });
        Assert.Equal(["a, 'b'", "\"c\"", "d"], rows.Texts);
        Assert.Equal([RejectReason.BadRecord], rows.Reasons);
    }

    [Theory]
    [InlineData(InputFormat.Csv, ',')]
    [InlineData(InputFormat.Tsv, '\t')]
    public async Task Read_NoQuotes_KeepsThem(InputFormat format, char d)
    {
        var rows = await ReadAsync($"n{d}text\n1{d}\"closed\"\n2{d}\"open only\n3{d}x\n", i => i with { Quote = "none" }, format);
        Assert.Equal(["\"closed\"", "\"open only", "x"], rows.Texts);
    }

    [Theory]
    [InlineData("id;text\n1;a, b\n2;c\n", "a, b")]
    [InlineData("id,text\n1,a; b\n2,c\n", "a; b")]
    [InlineData("id\ttext\n1\ta, b\n2\tc\n", "a, b")]
    [InlineData("id|text\n1|\"a | b\"\n2|c\n", "a | b")]
    [InlineData("text\na; b\nc\n", "a; b")]
    [InlineData("text;n\nx;1\nc;2, 3, 4\n", "x")]
    public async Task Read_AutoDelimiter_IsWhatDividesTheRecordsAlike(string csv, string first)
    {
        var rows = await ReadAsync(csv, i => i with { Delimiter = "auto" });
        Assert.Empty(rows.Rejects);
        Assert.Equal([first, "c"], rows.Texts);
    }

    [Fact]
    public async Task Read_OtherDelimiterThanExpected_SaysWhichKey()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() => ReadAsync("id;text\n1;a\n", i => i));
        Assert.Contains("set input.delimiter to what stands between them, or to auto", e.Message);
    }

    [Theory]
    [InlineData("id, \"text\"\n1,a\n")]
    [InlineData("\"id\",\"text\" \n\"1\",\"a\" \n")]
    public async Task Read_BlanksAroundQuotedNames_AreNoPartOfThem(string csv) => Assert.Equal(["a"], (await ReadAsync(csv, i => i)).Texts);

    [Theory]
    [InlineData("utf-16", "utf-16")]
    [InlineData("latin-1", "latin1")]
    [InlineData("windows-1252", "windows-1252")]
    public async Task Read_NamedEncoding_IsDecoded(string name, string dotnet)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(dotnet) ?? Encoding.GetEncoding(dotnet);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes("text,n\ncafé,1\nüber,2\n")];
        var rows = await ReadRows.OfAsync(new MemorySource(bytes), InputFormat.Csv, Some.Options(Some.Input() with { Encoding = name }));
        Assert.Equal(["café", "über"], rows.Texts);
    }

    [Fact]
    public async Task Read_Utf16OfTheOtherOrder_IsRefused()
    {
        byte[] bytes = [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("text\na\n")];
        var input = Some.Input() with { Encoding = "utf-16" };
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            ReadRows.OfAsync(new MemorySource(bytes), InputFormat.Csv, Some.Options(input))
        );
        Assert.Contains("big-endian", e.Message);
    }

    [Theory]
    [InlineData(InputFormat.Csv, "text,n\na,1\n")]
    [InlineData(InputFormat.Jsonl, "{\"text\":\"a\"}\n")]
    [InlineData(InputFormat.Text, "some words\n")]
    public async Task Read_Utf16WithoutMark_IsRefused(InputFormat format, string text)
    {
        var input = format == InputFormat.Text ? new InputSpec() : Some.Input();
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            ReadRows.OfAsync(new MemorySource(Encoding.Unicode.GetBytes(text)), format, Some.Options(input))
        );
        Assert.Contains("found UTF-16", e.Message);
        Assert.Contains("set input.encoding: utf-16", e.Message);
    }

    [Fact]
    public async Task Read_NamedTypes_GiveValuesOrRejects()
    {
        var input = Some.Input("text", null, "*") with
        {
            Types =
            [
                new("n", "int16"),
                new("p", "decimal128(5, 2)"),
                new("b", "bool"),
                new("d", "date32"),
                new("t", "timestamp[ms, tz=UTC]"),
            ],
        };
        var source = new MemorySource(
            """
            text,n,p,b,d,t,s
            a,-7,1.5,TRUE,2024-02-29,2024-01-01T00:00:00.5Z,007
            b,,,,,,
            c,40000,1.5,true,2024-02-29,2024-01-01T00:00:00Z,1
            d,1,1.555,true,2024-02-29,2024-01-01T00:00:00Z,1
            e,1,1.5,yes,2024-02-29,2024-01-01T00:00:00Z,1
            f,1,1.5,true,2023-02-29,2024-01-01T00:00:00Z,1
            g,1,1.5,true,2024-02-29,2024-01-01T00:00:00,1
            h,1,1.5,true,2024-02-29,2024-01-01T02:00:00+02:00,1

            """
        );
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Csv, input, TestContext.Current.CancellationToken);
        Assert.Equal(
            "string,int16,decimal128(5, 2),bool,date32,timestamp[ms, tz=UTC],string",
            string.Join(",", schema.Select(c => c.Type))
        );
        var rows = await ReadRows.OfAsync(source, InputFormat.Csv, Some.Options(input, [.. schema]));
        Assert.Equal(["a", "b", "h"], rows.Texts);
        Assert.Equal(["a", "-7", "1.50", "True", "19782", "1704067200500", "007"], rows.Kept[0]);
        Assert.Equal(["b", "null", "null", "null", "null", "null", "null"], rows.Kept[1]);
        Assert.Equal("1704067200000", rows.Kept[2][5]);
        Assert.All(rows.Reasons, r => Assert.Equal(RejectReason.TypeMismatch, r));
    }

    [Fact]
    public async Task Read_BlankTexts_AreKeptWhenAskedFor()
    {
        var rows = await ReadAsync("text,n\n,1\n\" \",2\na,3\n", i => i with { Blank = BlankTexts.Embed });
        Assert.Equal(["", " ", "a"], rows.Texts);
    }
}
