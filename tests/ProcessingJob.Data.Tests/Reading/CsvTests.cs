using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

public sealed class CsvTests
{
    [Fact]
    public async Task Read_QuotedFields_KeepDelimitersBreaksAndQuotes()
    {
        var source = new MemorySource("id,text,stars\r\n1,\"a, \"\"b\"\"\r\nc\",5\r\n2,plain,4\r\n\r\n3,\"\"\"x\",\n4,last,1");
        var rows = await ReadRows.OfAsync(
            source,
            InputFormat.Csv,
            Some.Options(Some.Input("text", "id", "stars"), new("id", ColumnType.String), new("stars", ColumnType.String))
        );

        Assert.Equal(["a, \"b\"\r\nc", "plain", "\"x", "last"], rows.Texts);
        Assert.Equal(["1", "2", "3", "4"], rows.Ids);
        Assert.Equal(["5", "4", "null", "1"], rows.Kept.Select(k => k[0]));
        Assert.Equal([0, 1, 2, 3], rows.Rows);
        Assert.Equal(15, rows.Offsets[0]);
        Assert.Empty(rows.Rejects);
    }

    [Fact]
    public async Task Read_BrokenRecords_AreRejectedAndNothingBehindThemIsLost()
    {
        byte[] bad = [.. "text,n\na,1\nb\n\"c\"d,1\n"u8, 0xFF, .. ",1\n,1\n\"never closed,1\ne,1\nf,2\n"u8];
        var rows = await ReadRows.OfAsync(new MemorySource(bad), InputFormat.Csv);

        Assert.Equal(["a", "e", "f"], rows.Texts);
        Assert.Equal([0, 6, 7], rows.Rows);
        Assert.Equal(
            [RejectReason.BadRecord, RejectReason.BadRecord, RejectReason.BadEncoding, RejectReason.MissingText, RejectReason.BadRecord],
            rows.Reasons
        );
        Assert.Equal([1, 2, 3, 4, 5], rows.Rejects.Select(r => r.SourceRow));
        Assert.Equal("found 1 fields, expected 2", rows.Rejects[0].Message);
        Assert.Equal(11, rows.Rejects[0].SourceOffset);
        Assert.Equal("\"never closed,1", rows.Rejects[4].Row);
        Assert.Equal(8, rows.RecordsIn);
    }

    [Fact]
    public async Task Read_QuoteInsideUnquotedField_IsACharacter()
    {
        var rows = await ReadRows.OfAsync(new MemorySource("text,n\na 5\" tv,1\nb,2\n"), InputFormat.Csv);
        Assert.Equal(["a 5\" tv", "b"], rows.Texts);
    }

    [Fact]
    public async Task Read_Bom_IsNotPartOfTheFirstName() =>
        Assert.Equal(["a"], (await ReadRows.OfAsync(new MemorySource("\uFEFFtext\na\n"), InputFormat.Csv)).Texts);

    [Fact]
    public async Task Read_TsvWithStrayQuotes_TakesThemLiterally() =>
        Assert.Equal(
            ["\"a", "b\"", "\"Great\" it says"],
            (await ReadRows.OfAsync(new MemorySource("n\ttext\n1\t\"a\n2\tb\"\n3\t\"Great\" it says\n"), InputFormat.Tsv)).Texts
        );

    [Fact]
    public async Task Read_TsvWithQuotedFields_Unquotes() =>
        Assert.Equal(
            ["say \"hi\"", "a\tb", "\""],
            (
                await ReadRows.OfAsync(new MemorySource("n\ttext\n1\t\"say \"\"hi\"\"\"\n\"2\"\t\"a\tb\"\n3\t\"\"\"\"\n"), InputFormat.Tsv)
            ).Texts
        );

    [Fact]
    public async Task Read_NoHeader_NamesColumnsByIndex()
    {
        var input = Some.Input("1") with { Header = false, Delimiter = ";" };
        Assert.Equal(["a", "b"], (await ReadRows.OfAsync(new MemorySource("1;a\n2;b\n"), InputFormat.Csv, Some.Options(input))).Texts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text,n\n")]
    [InlineData("text,n")]
    [InlineData("\uFEFFtext,n\r\n\r\n")]
    public async Task Read_EmptyOrHeaderOnlyFile_HasNoRowsWhereThatIsAllowed(string text)
    {
        var source = new MemorySource(text, "a.csv");
        var options = Some.Options(Some.Input() with { AllowEmpty = true });
        Assert.Equal(0, (await ReadRows.OfAsync(source, InputFormat.Csv, options)).RecordsIn);
        var e = await Assert.ThrowsAsync<PJobException>(() => ReadRows.OfAsync(source, InputFormat.Csv));
        Assert.Contains("a.csv: no records: ", e.Message);
        Assert.Contains("set input.allow_empty: true", e.Message);
    }

    [Fact]
    public async Task Read_MissingColumn_FailsAndNamesTheNearest()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            ReadRows.OfAsync(new MemorySource("txet,n\na,1\n", "a.csv"), InputFormat.Csv)
        );
        Assert.Contains("a.csv: no column 'text'; found: txet, n (did you mean 'txet'?)", e.Message);
    }

    [Fact]
    public async Task Read_Utf16_FailsAndSaysHowToConvert()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            ReadRows.OfAsync(new MemorySource([0xFF, 0xFE, 65, 0], "a.csv"), InputFormat.Csv)
        );
        Assert.Contains("UTF-16", e.Message);
    }

    [Theory]
    [InlineData("id,text\r1,a\r2,b\r", "end in CR alone, expected LF or CRLF")]
    [InlineData("i\0d\0,\0t\0e\0x\0t\0\n\0", "NUL bytes: found UTF-16 or no text at all")]
    [InlineData("id,text,text\n1,a,b\n", "names the column 'text' more than once")]
    public async Task Read_HeaderThatMisleads_FailsAndSaysWhy(string csv, string expected)
    {
        var e = await Assert.ThrowsAsync<PJobException>(() => ReadRows.OfAsync(new MemorySource(csv, "a.csv"), InputFormat.Csv));
        Assert.Contains(expected, e.Message);
    }

    [Theory]
    [InlineData("txet", null, "n")]
    [InlineData("text", "di", "n")]
    [InlineData("text", "id", "m")]
    public async Task Infer_ColumnThatIsNotThere_IsAFaultOfTheSpec(string text, string? id, string keep)
    {
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            SchemaSampler.InferAsync(
                new MemorySource("id,text,n\n", "a.csv"),
                InputFormat.Csv,
                Some.Input(text, id, keep),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("a.csv: no column '", e.Message);
    }

    [Fact]
    public async Task Read_KeepAllOfFilesWithOtherColumns_FillsMissingOnesAndRefusesToDropOne()
    {
        var input = Some.Input("text", null, "*");
        var options = Some.Options(input, new("text", ColumnType.String), new("k", ColumnType.String));
        Assert.Equal(["x", "null"], Assert.Single((await ReadRows.OfAsync(new MemorySource("text\nx\n"), InputFormat.Csv, options)).Kept));
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            ReadRows.OfAsync(new MemorySource("text,k,l\nx,1,2\n", "b.csv"), InputFormat.Csv, options)
        );
        Assert.Contains("b.csv: found the column 'l', which the job's first file does not have", e.Message);
    }

    [Fact]
    public async Task Read_ColumnNamedTwiceButNotAskedFor_IsIgnored() =>
        Assert.Equal(["x"], (await ReadRows.OfAsync(new MemorySource("a,text,a\n1,x,2\n"), InputFormat.Csv)).Texts);

    [Fact]
    public async Task Read_LongRecord_IsRejectedAlone()
    {
        var options = Some.Options() with { MaxRecordBytes = 100 };
        var rows = await ReadRows.OfAsync(
            new MemorySource($"text\na\n{new string('x', 5000)}\nb\n\"{new string('y', 300)}\"\nc\n"),
            InputFormat.Csv,
            options
        );
        Assert.Equal(["a", "b", "c"], rows.Texts);
        Assert.Equal([RejectReason.RecordTooLarge, RejectReason.RecordTooLarge], rows.Reasons);
    }

    [Fact]
    public async Task Read_DuplicateIds_RejectsAllButTheFirst()
    {
        var options = Some.Options(Some.Input("text", "id"), new KeptColumn("id", ColumnType.String));
        var rows = await ReadRows.OfAsync(new MemorySource("id,text\n1,a\n2,b\n1,c\n,d\n,e\n"), InputFormat.Csv, options);
        Assert.Equal(["a", "b", "d", "e"], rows.Texts);
        Assert.Equal([RejectReason.DuplicateId], rows.Reasons);
    }

    [Fact]
    public async Task Read_TextOfSeveralColumns_JoinsThoseThatAreThere()
    {
        var options = Some.Options(new InputSpec { Text = ["title", "body"] });
        var rows = await ReadRows.OfAsync(new MemorySource("title,body\na,b\n,c\nd,\n,\n"), InputFormat.Csv, options);
        Assert.Equal(["a\nb", "c", "d"], rows.Texts);
        Assert.Equal([RejectReason.MissingText], rows.Reasons);
    }
}
