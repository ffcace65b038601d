using CsCheck;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

/// <summary>
/// Any bytes into any reader: rows, rejects or one clear failure; never a hang, never another exception, every record accounted for.
/// </summary>
public sealed class AnyBytesTests
{
    static readonly Gen<byte> Byte = Gen.Frequency(
        (3, Gen.Byte),
        (2, Gen.OneOf([.. "\",\n\r{}[]:\\tex 0u"u8.ToArray().Select(b => Gen.Const(b))]))
    );

    [Theory]
    [InlineData(InputFormat.Csv)]
    [InlineData(InputFormat.Tsv)]
    [InlineData(InputFormat.Jsonl)]
    [InlineData(InputFormat.Text)]
    [InlineData(InputFormat.Parquet)]
    public void Read_AnyBytes_AccountsForEveryRecord(InputFormat format) =>
        Gen.Select(
                Byte.Array[0, 300],
                Gen.OneOf(Gen.Const(""), Gen.Const("text\n"), Gen.Const("PAR1"), Gen.Const("\x1F"), Gen.Const("{\"text\":\"a\"}\n"))
            )
            .Sample(
                (bytes, head) =>
                {
                    byte[] data = [.. head.Select(c => (byte)c), .. bytes];
                    var options = Some.Options(format == InputFormat.Text ? new InputSpec() : Some.Input("text")) with
                    {
                        MaxRecordBytes = 100,
                    };
                    Check(new MemorySource(data), format, options);
                },
                iter: 3000
            );

    [Fact]
    public void Read_DamagedGzip_FailsOrGivesTheSame() =>
        Gen.Select(Gen.Int[0, 400], Gen.Byte)
            .Sample(
                (at, value) =>
                {
                    var text = string.Join("\n", Enumerable.Range(0, 300));
                    var data = Some.Gzip(Some.Bytes(text));
                    data[at % data.Length] = value;
                    var rows = Check(new MemorySource(data), InputFormat.Text, Some.Options(new InputSpec()));
                    // The header's time stamp and the like may change; what comes out is checked by checksum.
                    Assert.True(rows is null || at % data.Length < 10 || rows.Texts.Count == 300);
                },
                iter: 1000
            );

    static ReadRows? Check(MemorySource source, InputFormat format, ReadOptions options)
    {
        try
        {
            var rows = ReadRows.OfAsync(source, format, options).GetAwaiter().GetResult();
            Assert.Equal(rows.RecordsIn, rows.Texts.Count + rows.Rejects.Count);
            Assert.Equal(
                Enumerable.Range(0, (int)rows.RecordsIn).Select(r => (long)r),
                rows.Rows.Concat(rows.Rejects.Select(r => r.SourceRow)).Order()
            );
            return rows;
        }
        catch (PJobException e)
        {
            Assert.Equal(ExitCode.Failed, e.ExitCode);
            Assert.Contains("file: ", e.Message);
            return null;
        }
    }
}
