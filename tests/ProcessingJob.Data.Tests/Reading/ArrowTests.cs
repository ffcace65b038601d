using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

/// <summary>Arrow's IPC files and streams, written here by Apache.Arrow; those of other writers in CasesTests.</summary>
public sealed class ArrowTests
{
    static readonly string?[] Texts = ["one", null, "drei é 😀 and more than twelve bytes", ""];

    static StringArray Strings() => Texts.Aggregate(new StringArray.Builder(), (b, t) => b.Append(t)).Build();

    static RecordBatch Batch(params (string Name, IArrowArray Values)[] columns) =>
        new(
            new Schema([.. columns.Select(c => new Field(c.Name, c.Values.Data.DataType, nullable: true))], null),
            [.. columns.Select(c => c.Values)],
            columns[0].Values.Length
        );

    static byte[] Write(bool isFile, CompressionCodecType? codec, params RecordBatch[] batches)
    {
        using var to = new MemoryStream();
        var options = new IpcOptions { CompressionCodecFactory = new CompressionCodecFactory(), CompressionCodec = codec };
        using (
            var writer = isFile
                ? new ArrowFileWriter(to, batches[0].Schema, leaveOpen: true, options)
                : new ArrowStreamWriter(to, batches[0].Schema, leaveOpen: true, options)
        )
        {
            foreach (var batch in batches)
            {
                writer.WriteRecordBatch(batch);
            }

            writer.WriteEnd();
        }

        return to.ToArray();
    }

    static async Task<(ReadRows Rows, IReadOnlyList<KeptColumn> Schema)> ReadAsync(byte[] bytes, InputSpec? input = null)
    {
        input ??= Some.Input("text", null, "*") with { Blank = BlankTexts.Embed };
        var source = new MemorySource(bytes, "a.arrow");
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Arrow, input, TestContext.Current.CancellationToken);
        return (await ReadRows.OfAsync(source, InputFormat.Arrow, Some.Options(input, [.. schema])), schema);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, CompressionCodecType.Lz4Frame)]
    [InlineData(false, CompressionCodecType.Lz4Frame)]
    [InlineData(true, CompressionCodecType.Zstd)]
    [InlineData(false, CompressionCodecType.Zstd)]
    public async Task Read_FileOrStream_HasTheRowsOfAllBatches(bool isFile, CompressionCodecType? codec)
    {
        var numbers = new Int64Array.Builder().Append(1).AppendNull().Append(3).Append(4).Build();
        var batch = Batch(("text", Strings()), ("n", numbers));
        var (rows, schema) = await ReadAsync(Write(isFile, codec, batch, batch.Slice(0, 0), batch.Slice(1, 3)));

        Assert.Equal([new("text", ColumnType.String), new("n", ColumnType.Int64)], schema);
        Assert.Equal([.. Texts.Select(t => t ?? ""), .. Texts[1..].Select(t => t ?? "")], rows.Texts);
        Assert.Equal(["1", "null", "3", "4", "null", "3", "4"], rows.Kept.Select(k => k[1]));
        Assert.Equal(Enumerable.Range(0, 7).Select(i => (long)i), rows.Rows);
    }

    [Fact]
    public async Task Read_OtherWaysToHoldStrings_GiveTheSameTexts()
    {
        var view = Texts.Aggregate(new StringViewArray.Builder(), (b, t) => t is null ? b.AppendNull() : b.Append(t)).Build();
        var dictionary = new DictionaryArray(
            new DictionaryType(Int8Type.Default, StringType.Default, false),
            new Int8Array.Builder().Append(0).AppendNull().Append(1).Append(2).Build(),
            new StringArray.Builder().Append(Texts[0]).Append(Texts[2]).Append("").Build()
        );
        var strings = Strings();
        var large = new LargeStringArray(
            strings.Length,
            new ArrowBuffer.Builder<long>().AppendRange(strings.ValueOffsets.ToArray().Select(o => (long)o)).Build(),
            strings.ValueBuffer,
            strings.NullBitmapBuffer,
            strings.NullCount
        );
        var (rows, schema) = await ReadAsync(
            Write(false, null, Batch(("text", Strings()), ("view", view), ("dictionary", dictionary), ("large", large)))
        );

        Assert.Equal(["string", "string", "string", "large_string"], schema.Select(c => c.Type.ToString()));
        Assert.All(rows.Kept, kept => Assert.Single(kept.Distinct()));
        Assert.Equal(Texts.Select(t => t ?? "null"), rows.Kept.Select(k => k[1]));
    }

    [Fact]
    public async Task Read_TextThatIsADictionaryOrAMember_IsReadAsText()
    {
        var dictionary = new DictionaryArray(
            new DictionaryType(Int32Type.Default, StringType.Default, false),
            new Int32Array.Builder().Append(1).Append(0).Build(),
            new StringArray.Builder().Append("a").Append("b").Build()
        );
        var type = new StructType([new Field("body", dictionary.Data.DataType, true), new Field("n", Int32Type.Default, true)]);
        var structs = new StructArray(type, 2, [dictionary, new Int32Array.Builder().Append(5).Append(6).Build()], ArrowBuffer.Empty);
        var (rows, schema) = await ReadAsync(Write(true, null, Batch(("doc", structs))), Some.Input("doc.body", null, "doc.n"));

        Assert.Equal(["b", "a"], rows.Texts);
        Assert.Equal(["5", "6"], rows.Kept.Select(k => k[0]));
        Assert.Equal("doc.n", Assert.Single(schema).Name);
    }

    [Fact]
    public async Task Read_TypesThatNoOutputHolds_AreNamed()
    {
        var list = new ListViewArray.Builder(Int32Type.Default);
        list.Append();
        ((Int32Array.Builder)list.ValueBuilder).Append(1);
        var bytes = Write(false, null, Batch(("text", new StringArray.Builder().Append("a").Build()), ("list", list.Build())));
        var source = new MemorySource(bytes, "a.arrow");
        var (schema, warnings) = await SchemaSampler.LookAsync(
            source,
            InputFormat.Arrow,
            Some.Input("text", null, "*"),
            TestContext.Current.CancellationToken
        );

        Assert.Equal("text", Assert.Single(schema).Name);
        Assert.Contains(warnings, w => w.Code == "column_left_out" && w.Message.Contains("'list'"));
        var e = await Assert.ThrowsAsync<PJobException>(() => ReadAsync(bytes, Some.Input("text", null, "list")));
        Assert.Contains("list (of a type that no output can hold)", e.Message);
    }

    [Theory]
    [InlineData(true, "the Arrow file is truncated")]
    [InlineData(false, "the Arrow stream has no end mark")]
    public async Task Read_FileThatIsCut_IsRefused(bool isFile, string why)
    {
        var bytes = Write(isFile, null, Batch(("text", Strings())));
        foreach (var length in new[] { bytes.Length - 8, bytes.Length / 2, 64 })
        {
            var e = await Assert.ThrowsAsync<PJobException>(() => ReadAsync(bytes[..length]));
            Assert.Contains(why, e.Message);
        }
    }

    [Theory]
    [InlineData("id,text\n1,a\n", "not an Arrow file: it has 12 bytes and begins with 'id,text")]
    [InlineData("FEA1....", "not supported: Feather version 1")]
    public async Task Read_OtherFile_IsRefusedByName(string content, string why)
    {
        var e = await Assert.ThrowsAsync<PJobException>(() => ReadAsync(Some.Bytes(content)));
        Assert.Contains(why, e.Message);
    }

    [Fact]
    public async Task Read_AnyByteFlipped_IsRowsOrARefusalAndNoOtherFault()
    {
        var numbers = new Int64Array.Builder().Append(1).AppendNull().Append(3).Append(4).Build();
        var bytes = Write(false, null, Batch(("text", Strings()), ("n", numbers)));
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0x44;
            try
            {
                await ReadAsync(damaged);
            }
            catch (PJobException e)
            {
                Assert.DoesNotContain("\n", e.Message);
            }
        }
    }

    [Fact]
    public async Task Read_SecondRangeOfAFile_IsEmpty()
    {
        var source = new MemorySource(Write(false, null, Batch(("text", Strings()))), "a.arrow");
        var rows = new ReadRows();
        var reader = new RowReader(Some.Options(Some.Input() with { Blank = BlankTexts.Embed }));
        await rows.AddAsync(reader, Some.Unit(source, InputFormat.Arrow, 0, 100), source);
        await rows.AddAsync(reader, Some.Unit(source, InputFormat.Arrow, 100), source);
        Assert.Equal(4, rows.Texts.Count);
    }
}
