using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

public sealed class JsonlTests
{
    [Fact]
    public async Task Read_AllKindsOfValues_KeepTheirTypes()
    {
        var source = new MemorySource(
            """
            {"id":7,"text":"a\n\u00e9\ud83d\ude00","n":1,"d":1.5,"b":true,"o":{"x":[1, 2]},"deep":{"in":{"it":"y"}}}
              
            {"text":"b","d":2,"id":8,"text":"c","deep":{"in":null},"o":"s"}
            """
        );
        KeptColumn[] schema =
        [
            new("id", ColumnType.Int64),
            new("n", ColumnType.Int64),
            new("d", ColumnType.Double),
            new("b", ColumnType.Bool),
            new("o", ColumnType.String),
            new("deep.in.it", ColumnType.String),
        ];
        var rows = await ReadRows.OfAsync(
            source,
            InputFormat.Jsonl,
            Some.Options(Some.Input("text", "id", "n", "d", "b", "o", "deep.in.it"), schema)
        );

        Assert.Equal(["a\né😀", "c"], rows.Texts);
        Assert.Equal(["7", "8"], rows.Ids);
        Assert.Equal(["1", "1.5", "True", "{\"x\":[1, 2]}", "y"], rows.Kept[0]);
        Assert.Equal(["null", "2", "null", "s", "null"], rows.Kept[1]);
        Assert.Equal([0, 1], rows.Rows);
    }

    [Theory]
    [InlineData("{\"text\":\"a\"", RejectReason.BadRecord)]
    [InlineData("[1]", RejectReason.BadRecord)]
    [InlineData("{\"text\":\"a\"} x", RejectReason.BadRecord)]
    [InlineData("{\"text\":5}", RejectReason.TypeMismatch)]
    [InlineData("{\"text\":null}", RejectReason.MissingText)]
    [InlineData("{\"text\":\" \"}", RejectReason.MissingText)]
    [InlineData("{}", RejectReason.MissingText)]
    [InlineData("{\"text\":\"\\ud800\"}", RejectReason.BadEncoding)]
    [InlineData("{\"text\":\"a\",\"n\":\"five\"}", RejectReason.TypeMismatch)]
    [InlineData("{\"text\":\"a\",\"n\":1.5}", RejectReason.TypeMismatch)]
    [InlineData("{\"text\":\"a\",\"n\":99999999999999999999}", RejectReason.TypeMismatch)]
    public async Task Read_UnusableRecord_IsRejectedWithItsReason(string line, string reason)
    {
        var options = Some.Options(Some.Input("text", null, "n"), new KeptColumn("n", ColumnType.Int64));
        var rows = await ReadRows.OfAsync(
            new MemorySource($"{{\"text\":\"first\"}}\n{line}\n{{\"text\":\"last\"}}"),
            InputFormat.Jsonl,
            options
        );
        Assert.Equal(["first", "last"], rows.Texts);
        Assert.Equal(reason, Assert.Single(rows.Rejects).Reason);
        Assert.Equal(line, rows.Rejects[0].Row);
        Assert.Equal(1, rows.Rejects[0].SourceRow);
    }

    [Fact]
    public async Task Read_BrokenUtf8_IsRejected()
    {
        byte[] data = [.. "{\"text\":\"a"u8, 0xC3, .. "\"}\n{\"text\":\"b\"}"u8];
        var rows = await ReadRows.OfAsync(new MemorySource(data), InputFormat.Jsonl);
        Assert.Equal(["b"], rows.Texts);
        Assert.Equal([RejectReason.BadEncoding], rows.Reasons);
    }

    [Fact]
    public async Task Read_LineOfFiftyMegabytes_IsOneRowLikeAnyOther()
    {
        const int length = 50_000_000;
        byte[] data = [.. "{\"text\":\""u8, .. Enumerable.Repeat((byte)'x', length), .. "\"}\n{\"text\":\"last\"}"u8];
        var rows = await ReadRows.OfAsync(new MemorySource(data), InputFormat.Jsonl);
        Assert.Equal([length, 4], rows.Texts.Select(t => t.Length));
    }

    [Fact]
    public async Task Read_NulCharacter_IsACharacterLikeAnyOther()
    {
        Assert.Equal(["a\0b"], (await ReadRows.OfAsync(new MemorySource("{\"text\":\"a\\u0000b\"}"), InputFormat.Jsonl)).Texts);
        Assert.Equal(["a\0b"], (await ReadRows.OfAsync(new MemorySource("text\na\0b\n"), InputFormat.Csv)).Texts);
    }

    [Fact]
    public async Task Read_TypeThatChangesBetweenFiles_RejectsTheRowsOfTheOtherType()
    {
        var input = Some.Input("text", "id", "n");
        var first = new MemorySource("""{"id":1,"text":"a","n":1}""", "a.jsonl");
        var schema = await SchemaSampler.InferAsync(first, InputFormat.Jsonl, input, TestContext.Current.CancellationToken);
        var rows = await ReadRows.OfAsync(
            new MemorySource(
                """{"id":"x","text":"b","n":1}""" + "\n" + """{"id":2,"text":"c","n":"one"}""" + "\n" + """{"id":3,"text":"d","n":3}""",
                "b.jsonl"
            ),
            InputFormat.Jsonl,
            Some.Options(input, [.. schema])
        );
        Assert.Equal(["d"], rows.Texts);
        Assert.Equal(
            [
                "the value of 'id' is not of type int64, which the column has in this job",
                "the value of 'n' is not of type int64, which the column has in this job",
            ],
            rows.Rejects.Select(r => r.Message)
        );
    }

    [Fact]
    public async Task Infer_IdThatNoRecordHas_IsAFaultOfTheSpec()
    {
        var source = new MemorySource("""{"review_id":1,"text":"a"}""", "a.jsonl");
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            SchemaSampler.InferAsync(
                source,
                InputFormat.Jsonl,
                Some.Input("text", "reviewid", "later"),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.Contains("no column 'reviewid'; found: review_id, text (did you mean 'review_id'?)", e.Message);
        Assert.Equal(
            [new("later", ColumnType.String)],
            await SchemaSampler.InferAsync(
                source,
                InputFormat.Jsonl,
                Some.Input("text", null, "later"),
                TestContext.Current.CancellationToken
            )
        );
    }

    [Fact]
    public async Task Infer_MixedValues_WidensDeterministically()
    {
        var source = new MemorySource(
            """{"id":1,"i":1,"d":1,"b":true,"m":1,"n":null}""" + "\n" + """{"id":2,"i":2,"d":1.5,"b":false,"m":"x","late":"y"}"""
        );
        var schema = await SchemaSampler.InferAsync(
            source,
            InputFormat.Jsonl,
            Some.Input("text", "id", "*"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            [
                new("id", ColumnType.Int64),
                new("i", ColumnType.Int64),
                new("d", ColumnType.Double),
                new("b", ColumnType.Bool),
                new("m", ColumnType.String),
                new("n", ColumnType.String),
                new KeptColumn("late", ColumnType.String),
            ],
            schema
        );
    }

    [Fact]
    public async Task Read_QuestionAndContext_AreTwoTexts()
    {
        var options = Some.Options(new InputSpec { Question = "q", Context = "c" });
        var rows = await ReadRows.OfAsync(
            new MemorySource("""{"q":"who?","c":"me"}""" + "\n" + """{"q":"who?"}"""),
            InputFormat.Jsonl,
            options
        );
        Assert.Equal(["who?|me"], rows.Texts);
        Assert.Equal("no text in c", Assert.Single(rows.Rejects).Message);
    }

    static async Task<(string Types, ReadRows Rows)> KeepAllAsync(string json)
    {
        var source = new MemorySource(json, "a.jsonl");
        var input = Some.Input("text", null, "*");
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Jsonl, input, TestContext.Current.CancellationToken);
        return (
            string.Join(",", schema.Where(c => c.Name != "text").Select(c => c.Type)),
            await ReadRows.OfAsync(source, InputFormat.Jsonl, Some.Options(input, [.. schema]))
        );
    }

    static string Lines(int count, string value) =>
        string.Concat(Enumerable.Range(0, count).Select(i => $"{{\"text\":\"t\",\"v\":{value.Replace("#", i.ToString())}}}\n"));

    [Theory]
    [InlineData("\"007\"")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("2.5")]
    [InlineData("18446744073709551615")]
    [InlineData("[1]")]
    public async Task Read_ValueOfAnotherKindThanTheSample_IsRejectedNotConverted(string late)
    {
        var (types, rows) = await KeepAllAsync(Lines(1001, "#") + Lines(1, late));
        Assert.Equal("int64", types);
        Assert.Equal(1001, rows.Texts.Count);
        Assert.Equal([RejectReason.TypeMismatch], rows.Reasons);
    }

    [Theory]
    [InlineData("true", "\"true\"")]
    [InlineData("1.5", "\"0.10\"")]
    [InlineData("1.5", "9007199254740993")]
    [InlineData("1.5", "0.1000000000000000055511151231257827")]
    [InlineData("1.5", "1e400")]
    [InlineData("18446744073709551615", "-1")]
    public async Task Read_ValueThatTheTypeDoesNotHold_IsRejected(string early, string late)
    {
        var (_, rows) = await KeepAllAsync(Lines(1001, early) + Lines(1, late));
        Assert.Equal(1001, rows.Texts.Count);
        Assert.Equal([RejectReason.TypeMismatch], rows.Reasons);
    }

    [Theory]
    [InlineData("18446744073709551615", "9007199254740993", "uint64")]
    [InlineData("18446744073709551616", "9007199254740993", "string")]
    [InlineData("-18446744073709551615", "1", "string")]
    [InlineData("2.5", "9007199254740993", "string")]
    [InlineData("2.5", "9007199254740992", "double")]
    [InlineData("0.1000000000000000055511151231257827", "1.5", "string")]
    [InlineData("12345678901234567890.123456789", "1.10", "string")]
    [InlineData("1", "\"007\"", "string")]
    public async Task Read_NumbersOfTheSample_StayExact(string a, string b, string type)
    {
        var (types, rows) = await KeepAllAsync(Lines(1, a) + Lines(1, b));
        Assert.Equal(type, types);
        Assert.Empty(rows.Rejects);
        string[] expected = type == "double" ? [a, "9007199254740992"] : [a, b.Trim('"')];
        Assert.Equal(expected, rows.Kept.Select(k => k[1]));
    }

    [Fact]
    public async Task Read_MemberThatTheSampleLacks_IsNamedNotDropped()
    {
        var e = await Assert.ThrowsAsync<PJobException>(() => KeepAllAsync(Lines(1001, "1") + "{\"text\":\"t\",\"late\":1}\n"));
        Assert.Contains("a.jsonl: found the member 'late'", e.Message);
        var (_, rows) = await KeepAllAsync(Lines(1001, "1") + "{\"text\":\"t\",\"late\":null}\n");
        Assert.Equal(1002, rows.Texts.Count);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("[1, Infinity, -Infinity]")]
    [InlineData("\"NaN\"")]
    public async Task Read_NaNInAMemberNobodyAskedFor_CostsNothing(string value)
    {
        var source = new MemorySource($"{{\"v\":{value},\"text\":\"a NaN \\\" NaN\"}}\n");
        Assert.Equal(["a NaN \" NaN"], (await ReadRows.OfAsync(source, InputFormat.Jsonl)).Texts);
    }

    [Theory]
    [InlineData("{\"text\":NaN,\"k\":\"x\"}")]
    [InlineData("{\"text\":\"a\",\"k\":-Infinity}")]
    public async Task Read_NaNWhereATextIsExpected_IsATypeMismatch(string line)
    {
        var rows = await ReadRows.OfAsync(
            new MemorySource(line + "\n"),
            InputFormat.Jsonl,
            Some.Options(Some.Input("text", null, "k"), new KeptColumn("k", ColumnType.String))
        );
        Assert.Equal([RejectReason.TypeMismatch], rows.Reasons);
    }

    [Fact]
    public async Task Read_NaNAsPythonWritesIt_IsAValueOfDoublesAndStaysInWhatHoldsIt()
    {
        var source = new MemorySource(
            "{\"text\":\"a\",\"d\":NaN,\"o\":[NaN, 1],\"n\":1}\n{\"text\":\"b\",\"d\":-Infinity,\"n\":Infinity}\n"
        );
        var schema = await SchemaSampler.InferAsync(
            source,
            InputFormat.Jsonl,
            Some.Input("text", null, "*"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(["string", "double", "string", "double"], schema.Select(c => c.Type.ToString()));
        var rows = await ReadRows.OfAsync(source, InputFormat.Jsonl, Some.Options(Some.Input("text", null, "*"), [.. schema]));
        Assert.Equal(["a", "NaN", "[NaN, 1]", "1"], rows.Kept[0]);
        Assert.Equal(["b", "-Infinity", "null", "Infinity"], rows.Kept[1].Select(v => v.Replace("∞", "Infinity")));
    }

    [Fact]
    public async Task Read_MemberThatIsAskedForBesideItsObject_IsFound()
    {
        var source = new MemorySource("{\"doc\":{\"body\":\"a\",\"n\":1},\"id\":2}\n");
        var rows = await ReadRows.OfAsync(
            source,
            InputFormat.Jsonl,
            Some.Options(Some.Input("doc.body", null, "doc"), new KeptColumn("doc", ColumnType.String))
        );
        Assert.Equal(["a"], rows.Texts);
        Assert.Equal(["{\"body\":\"a\",\"n\":1}"], rows.Kept[0]);
    }

    [Fact]
    public async Task Read_DepthInAMemberNobodyAskedFor_CostsNothing()
    {
        var source = new MemorySource($"{{\"v\":{new string('[', 500)}{new string(']', 500)},\"text\":\"a\"}}\n");
        Assert.Equal(["a"], (await ReadRows.OfAsync(source, InputFormat.Jsonl)).Texts);
    }

    [Theory]
    [InlineData("[{\"text\":\"a, ]\",\"v\":{\"w\":[1]}},{\"text\":\"b\"}]")]
    [InlineData("\n [\n {\n\"text\": \"a, ]\"\n},\r\n {\"text\": \"b\"}\n]\n")]
    public async Task Read_ArrayOfObjects_HasARowEach(string json)
    {
        var source = new MemorySource(json, "a.json");
        var whole = await ReadRows.OfAsync(source, InputFormat.Jsonl);
        Assert.Equal(["a, ]", "b"], whole.Texts);
        Assert.Empty(whole.Rejects);

        var parts = new ReadRows();
        var reader = new RowReader(Some.Options());
        for (long start = 0; start < source.Length; start += 5)
        {
            await parts.AddAsync(reader, Some.Unit(source, InputFormat.Jsonl, start, Math.Min(source.Length, start + 5)), source);
        }

        Assert.Equal(whole.Texts, parts.Texts);
        Assert.Equal(whole.Offsets, parts.Offsets);
    }

    [Fact]
    public async Task Infer_TextThatIsNoText_IsRefusedNamingItsType()
    {
        var source = new MemorySource("{\"text\":1}\n{\"text\":2}\n", "a.jsonl");
        var e = await Assert.ThrowsAsync<PJobException>(() =>
            SchemaSampler.InferAsync(source, InputFormat.Jsonl, Some.Input(), TestContext.Current.CancellationToken)
        );
        Assert.Contains("the text column 'text' has the type int64, expected string", e.Message);
    }
}
