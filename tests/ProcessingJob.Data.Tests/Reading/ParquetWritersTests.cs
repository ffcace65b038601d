using ParquetSharp;
using ParquetSharp.Schema;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;
using Encoding = ParquetSharp.Encoding;

namespace ProcessingJob.Data.Tests;

/// <summary>What real writers do that was read wrong, or taken for damage; the files are made here by Arrow C++.</summary>
public sealed class ParquetWritersTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("pjob-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Path => System.IO.Path.Combine(_folder, "a.parquet");

    void Write(
        Func<WriterPropertiesBuilder, WriterPropertiesBuilder> change,
        int[] groups,
        Func<int, bool?> flag,
        Func<int, string>? text = null
    )
    {
        using var builder = new WriterPropertiesBuilder();
        using var properties = change(builder.DisableDictionary()).Build();
        using var schema = new GroupNode(
            "schema",
            Repetition.Required,
            [
                new PrimitiveNode("text", Repetition.Optional, LogicalType.String(), PhysicalType.ByteArray),
                new PrimitiveNode("flag", Repetition.Optional, LogicalType.None(), PhysicalType.Boolean),
            ]
        );
        using var writer = new ParquetFileWriter(Path, schema, properties);
        var row = 0;
        foreach (var rows in groups)
        {
            using var group = writer.AppendRowGroup();
            var range = Enumerable.Range(row, rows).ToArray();
            using (var column = group.NextColumn().LogicalWriter<string?>())
            {
                column.WriteBatch([.. range.Select(i => text is null ? $"text {i}" : text(i))]);
            }

            using (var column = group.NextColumn().LogicalWriter<bool?>())
            {
                column.WriteBatch([.. range.Select(flag)]);
            }

            row += rows;
        }

        writer.Close();
    }

    async Task<ReadRows> ReadAsync(byte[]? bytes = null)
    {
        var source = new MemorySource(bytes ?? await File.ReadAllBytesAsync(Path), "a.parquet");
        var input = Some.Input("text", null, "flag");
        var schema = await SchemaSampler.InferAsync(source, InputFormat.Parquet, input, TestContext.Current.CancellationToken);
        return await ReadRows.OfAsync(source, InputFormat.Parquet, Some.Options(input, [.. schema]));
    }

    static string Shown(bool? value) => value?.ToString() ?? "null";

    [Theory]
    [InlineData(ParquetDataPageVersion.V1)]
    [InlineData(ParquetDataPageVersion.V2)]
    public async Task Read_RunLengthEncodedBooleans_AreWhatWasWritten(ParquetDataPageVersion version)
    {
        Func<int, bool?>[] patterns = [_ => true, _ => false, i => i % 3 == 0, i => i % 5 == 0 ? null : i < 20, _ => null];
        foreach (var pattern in patterns)
        {
            foreach (var rows in new[] { 1, 2, 8, 15, 1000 })
            {
                Write(p => p.DataPageVersion(version).Encoding("flag", Encoding.Rle), [rows], pattern);
                var read = await ReadAsync();
                Assert.Equal(Enumerable.Range(0, rows).Select(i => Shown(pattern(i))), read.Kept.Select(k => k[0]));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0, 0)]
    [InlineData(3, 0, 2)]
    [InlineData(0, 4, 0)]
    public async Task Read_GroupsOfNoRows_AreNoFault(params int[] groups)
    {
        Write(p => p, groups, i => i % 2 == 0);
        Assert.Equal(Enumerable.Range(0, groups.Sum()).Select(i => $"text {i}"), (await ReadAsync()).Texts);
    }

    [Fact]
    public async Task Read_FlippedByteUnderAChecksum_IsDamageNamingTheColumn()
    {
        Write(p => p.EnablePageChecksum().Compression(Compression.Uncompressed), [100], _ => true, i => $"marker {i}");
        var bytes = await File.ReadAllBytesAsync(Path, TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().IndexOf("marker 50"u8)] ^= 1;
        var e = await Assert.ThrowsAsync<PJobException>(() => ReadAsync(bytes));
        Assert.Contains("a.parquet: the Parquet data is damaged (row group 0, column 'text')", e.Message);
        Assert.Contains("write or copy the file again", e.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_EncryptedFile_IsNotSupportedRatherThanDamaged(bool plaintextFooter)
    {
        using var encryption = new FileEncryptionPropertiesBuilder("0123456789abcdef"u8.ToArray());
        using var built = (plaintextFooter ? encryption.SetPlaintextFooter() : encryption).Build();
        Write(p => p.Encryption(built), [10], _ => true);
        var e = await Assert.ThrowsAsync<PJobException>(() => ReadAsync());
        Assert.Contains("a.parquet: not supported: the Parquet file is encrypted", e.Message);
        Assert.DoesNotContain("damaged", e.Message);
    }

    [Theory]
    [InlineData("NotImplemented: Support for codec 'lzo' not built", true)]
    [InlineData("class parquet::ParquetStatusException (message: 'NotImplemented: Unknown encoding type.')", true)]
    [InlineData("class parquet::ParquetStatusException (message: 'IOError: Corrupt snappy compressed data.')", false)]
    public void Fault_OfTheLibrary_IsToldApart(string message, bool unsupported)
    {
        var e = ParquetFaults.Of("a.parquet", "row group 0", new InvalidDataException(message));
        Assert.Equal(unsupported, e.Message.Contains("not supported: "));
        Assert.NotEqual(unsupported, e.Message.Contains("damaged"));
        Assert.DoesNotContain("class parquet", e.Message);
    }

    [Fact]
    public async Task Read_ColumnOfAnotherTypeThanTheFirstFile_IsRefusedOrWidened()
    {
        Write(p => p, [3], i => i == 1);
        var source = new LocalSource(Path, "b.parquet");
        var options = Some.Options(Some.Input("text", null, "flag"), new KeptColumn("flag", ColumnType.Int64));
        var e = await Assert.ThrowsAsync<PJobException>(() => ReadRows.OfAsync(source, InputFormat.Parquet, options));
        Assert.Contains("b.parquet: the column 'flag' has the type bool, expected int64", e.Message);
        var asText = Some.Options(Some.Input("text", null, "flag"), new KeptColumn("flag", ColumnType.String));
        Assert.Equal(["false", "true", "false"], (await ReadRows.OfAsync(source, InputFormat.Parquet, asText)).Kept.Select(k => k[0]));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60_000)]
    public async Task Read_Unit_FetchesTheFooterOnceAndEachColumnOnce(int rows)
    {
        Write(p => p.Compression(Compression.Uncompressed), [rows], i => i % 2 == 0, i => $"{i} {Guid.NewGuid()}");
        var source = new MemorySource(await File.ReadAllBytesAsync(Path, TestContext.Current.CancellationToken), "a.parquet");
        var options = Some.Options(Some.Input("text", null, "flag"), new KeptColumn("flag", ColumnType.Bool));
        var read = await ReadRows.OfAsync(source, InputFormat.Parquet, options);
        Assert.Equal(rows, read.Texts.Count);
        Assert.Equal(3, source.Reads);
        Assert.True(source.BytesRead < source.Length + (64 << 10), $"{source.BytesRead} of {source.Length}");
    }
}
