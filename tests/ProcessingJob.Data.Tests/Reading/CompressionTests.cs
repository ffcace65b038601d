using System.Text;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

public sealed class CompressionTests
{
    static readonly byte[] Plain = Encoding.UTF8.GetBytes(
        string.Join("\n", Enumerable.Range(0, 40_000).Select(i => $"line {i} {i * 7919 % 1000}")) + "\n"
    );
    static readonly ReadOptions Options = Some.Options(new InputSpec());

    static Task<ReadRows> Read(byte[] data, string name = "a.txt.gz") =>
        ReadRows.OfAsync(new MemorySource(data, name), InputFormat.Text, Options);

    static async Task<string> Failure(byte[] data) => (await Assert.ThrowsAsync<PJobException>(() => Read(data))).Message;

    [Fact]
    public async Task Read_Gzip_GivesAllLinesAndCountsCompressedBytes()
    {
        var data = Some.Gzip(Plain);
        var rows = await Read(data);
        Assert.Equal(40_000, rows.Texts.Count);
        Assert.Equal(data.Length, rows.SourceBytes);
    }

    [Fact]
    public async Task Read_Zstd_GivesAllLines() => Assert.Equal(40_000, (await Read(Some.Zstd(Plain))).Texts.Count);

    [Fact]
    public async Task Read_GzipOfSeveralMembers_GivesAllOfThem()
    {
        var member = Some.Gzip(Plain);
        Assert.Equal(120_000, (await Read([.. member, .. member, .. Some.Gzip([]), .. member])).Texts.Count);
    }

    [Fact]
    public async Task Read_GzipWithEmptyMembers_GivesWhatIsAroundThem()
    {
        // The empty block that ends every file of bgzip, and so stands in the middle of files put together.
        byte[] empty = [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, (byte)'B', (byte)'C', 2, 0, 0x1B, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var member = Some.Gzip(Plain);
        Assert.Equal(80_000, (await Read([.. empty, .. member, .. empty, .. empty, .. member, .. empty])).Texts.Count);
        Assert.Contains("a.txt.gz: no records", (await Assert.ThrowsAsync<PJobException>(() => Read(empty))).Message);
    }

    [Fact]
    public async Task Read_ZstdOfSeveralFramesAndSkippableOnes_GivesAllOfThem()
    {
        byte[] skippable = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        var frame = Some.Zstd(Plain);
        Assert.Equal(
            120_000,
            (await Read([.. skippable, .. frame, .. skippable, .. Some.Zstd([]), .. frame, .. frame, .. skippable], "a.txt.zst"))
                .Texts
                .Count
        );
    }

    [Fact]
    public async Task Read_ZstdWithTrailingGarbage_Fails() =>
        Assert.Contains("truncated or damaged", await Failure([.. Some.Zstd(Plain), .. "garbage!garbage!"u8]));

    [Fact]
    public async Task Read_GzipWithZeroPadding_IgnoresIt() =>
        Assert.Equal(40_000, (await Read([.. Some.Gzip(Plain), .. new byte[700]])).Texts.Count);

    [Fact]
    public async Task Read_GzipWithTrailingGarbage_Fails() =>
        Assert.Contains("garbage behind the end", await Failure([.. Some.Gzip(Plain), .. "garbage!garbage!"u8]));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.01)]
    [InlineData(0.99)]
    public async Task Read_TruncatedGzip_Fails(double share)
    {
        var data = Some.Gzip(Plain);
        Assert.Contains("truncated or damaged", await Failure(data[..(int)(data.Length * share)]));
    }

    [Fact]
    public async Task Read_GzipWithoutItsLastByte_Fails() => Assert.Contains("ends early", await Failure(Some.Gzip(Plain)[..^1]));

    [Fact]
    public async Task Read_GzipWithTruncatedSecondMember_Fails()
    {
        var member = Some.Gzip(Plain);
        Assert.Contains("truncated or damaged", await Failure([.. member, .. member[..^5]]));
        Assert.Contains("truncated or damaged", await Failure([.. member, .. member[..7]]));
    }

    [Fact]
    public async Task Read_GzipWithOneWrongBit_Fails()
    {
        var data = Some.Gzip(Plain);
        data[data.Length / 2] ^= 4;
        Assert.Contains("truncated or damaged", await Failure(data));
    }

    [Fact]
    public async Task Read_TruncatedZstd_Fails()
    {
        var data = Some.Zstd(Plain);
        Assert.Contains("truncated or damaged", await Failure(data[..(data.Length / 2)]));
        Assert.Contains("truncated or damaged", await Failure([.. data, 1, 2, 3, 4, 5, 6, 7, 8]));
    }

    [Fact]
    public async Task Read_PlainFileNamedGz_IsReadAsWhatItIs() => Assert.Equal(40_000, (await Read(Plain)).Texts.Count);

    [Fact]
    public async Task Read_GzipNamedPlainAndCutIntoRanges_IsReadOnce()
    {
        var source = new MemorySource(Some.Gzip(Plain), "a.txt");
        var reader = new RowReader(Options);
        var rows = new ReadRows();
        for (long start = 0; start < source.Length; start += 50_000)
        {
            await rows.AddAsync(reader, Some.Unit(source, InputFormat.Text, start, Math.Min(source.Length, start + 50_000)), source);
        }

        Assert.Equal(40_000, rows.Texts.Count);
    }

    [Fact]
    public async Task Read_DecompressionBomb_Fails()
    {
        var bomb = Some.Zstd(new byte[80 << 20]);
        Assert.Contains("decompression bomb", await Failure(bomb));
    }
}
