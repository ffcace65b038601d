using System.Text;
using CsCheck;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Data.Tests;

/// <summary>Ranges of a file cut anywhere give, together, what the whole file gives.</summary>
public sealed class RangeTests
{
    static readonly string[] Pieces =
    [
        "a",
        "b,",
        ",",
        "\"",
        "\"\"",
        "\n",
        "\r\n",
        ",\"",
        "\",",
        "\n\"",
        "{\"text\":\"x\"}\n",
        "ü",
        "long text here ",
        "\n\n",
        "text,n\n",
    ];
    static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]);
    static readonly Gen<string> Content = Piece.Array[0, 60].Select(string.Concat);

    [Theory]
    [InlineData(InputFormat.Csv)]
    [InlineData(InputFormat.Tsv)]
    [InlineData(InputFormat.Jsonl)]
    [InlineData(InputFormat.Text)]
    public void Read_AnyCuts_CoverEveryRecordOnce(InputFormat format) =>
        Gen.Select(Content, Gen.Int[1, 40], Gen.Int[10, 200])
            .Sample(
                (content, step, limit) =>
                {
                    var source = new MemorySource("text\n" + content);
                    var input = format == InputFormat.Text ? new InputSpec() : Some.Input();
                    var options = Some.Options(input with { AllowEmpty = true }) with { MaxRecordBytes = limit, RowsPerBlock = 3 };
                    var whole = ReadRows.OfAsync(source, format, options).Result;

                    var ranges = new ReadRows();
                    var reader = new RowReader(options);
                    for (long start = 0; start < source.Length; start += step)
                    {
                        _ = ranges.AddAsync(reader, Some.Unit(source, format, start, Math.Min(start + step, source.Length)), source).Result;
                    }

                    Assert.Equal(Describe(whole), Describe(ranges));
                    Assert.Equal(
                        Enumerable.Range(0, (int)whole.RecordsIn).Select(r => (long)r),
                        whole.Rows.Concat(whole.Rejects.Select(r => r.SourceRow)).Order()
                    );
                },
                iter: 2000
            );

    [Fact]
    public void Read_AnyCutsInAnyOrder_CoverEveryRecordOnce() =>
        Gen.Select(Content, Gen.Int[1, 40], Gen.Int)
            .Sample(
                (content, step, seed) =>
                {
                    var source = new MemorySource("text,n\n" + content);
                    var options = Some.Options(Some.Input() with { AllowEmpty = true });
                    var whole = ReadRows.OfAsync(source, InputFormat.Csv, options).Result;
                    var starts = Enumerable.Range(0, (int)((source.Length + step - 1) / step)).Select(i => (long)i * step).ToArray();
                    new Random(seed).Shuffle(starts);
                    var reader = new RowReader(options);
                    var ranges = new ReadRows();
                    foreach (var start in starts)
                    {
                        _ = ranges
                            .AddAsync(reader, Some.Unit(source, InputFormat.Csv, start, Math.Min(start + step, source.Length)), source)
                            .Result;
                    }

                    Assert.Equal(whole.Texts.Zip(whole.Rows).Order(), ranges.Texts.Zip(ranges.Rows).Order());
                    Assert.Equal(whole.Rejects.OrderBy(r => r.SourceRow), ranges.Rejects.OrderBy(r => r.SourceRow));
                },
                iter: 1000
            );

    [Fact]
    public void Read_AnyCutsOnAnyHostsInAnyOrder_FindTheSameDuplicateIds() =>
        Gen.Select(Gen.Int[0, 30].Array[0, 60], Gen.Int[1, 80], Gen.Int)
            .Sample(
                (ids, step, seed) =>
                {
                    var source = new MemorySource(
                        "id,text,class\n"
                            + string.Concat(ids.Select((id, i) => $"{(id == 0 ? "" : id)},{(i % 7 == 3 ? "" : "text")},{i % 2}\n"))
                    );
                    var options = Some.Options(Some.Input("text", "id") with { AllowEmpty = true }) with { RowsPerBlock = 3 };
                    var whole = ReadRows.OfAsync(source, InputFormat.Csv, options).Result;
                    var starts = Enumerable.Range(0, (int)((source.Length + step - 1) / step)).Select(i => (long)i * step).ToArray();
                    new Random(seed).Shuffle(starts);
                    RowReader[] hosts = [new(options), new(options), new(options)];
                    var ranges = new ReadRows();
                    foreach (var (i, start) in starts.Index())
                    {
                        _ = ranges
                            .AddAsync(
                                hosts[i % 3],
                                Some.Unit(source, InputFormat.Csv, start, Math.Min(start + step, source.Length)),
                                source
                            )
                            .Result;
                    }

                    Assert.Equal(whole.Rejects.OrderBy(r => r.SourceRow), ranges.Rejects.OrderBy(r => r.SourceRow));
                    Assert.Equal(whole.Texts.Count, ranges.Texts.Count);
                },
                iter: 500
            );

    [Fact]
    public async Task Read_RangesOfOneFileAtTheSameTime_GiveWhatTheWholeFileGives()
    {
        var random = new Random(3);
        var text = new StringBuilder("id,text\n");
        for (var i = 0; i < 20_000; i++)
        {
            text.Append(random.Next(15_000)).Append(",\"row\n").Append(i).Append("\"\n");
        }

        var source = new MemorySource(text.ToString());
        var options = Some.Options(Some.Input("text", "id")) with { RowsPerBlock = 100 };
        var whole = await ReadRows.OfAsync(source, InputFormat.Csv, options);
        var reader = new RowReader(options);
        var step = source.Length / 16;
        var ranges = await Task.WhenAll(
            Enumerable
                .Range(0, 17)
                .Select(i => Some.Unit(source, InputFormat.Csv, i * step, Math.Min((i + 1) * step, source.Length)))
                .Select(unit => Task.Run(() => new ReadRows().AddAsync(reader, unit, source)))
        );

        Assert.Equal(whole.Texts, ranges.SelectMany(r => r.Texts));
        Assert.Equal(whole.Rows, ranges.SelectMany(r => r.Rows));
        Assert.Equal(whole.Rejects, ranges.SelectMany(r => r.Rejects));
    }

    [Fact]
    public async Task Read_SuccessiveRanges_DoNotSearchThePrefixAgain()
    {
        var text = new StringBuilder("text\n");
        for (var i = 0; i < 200_000; i++)
        {
            text.Append("row ").Append(i).Append('\n');
        }

        var source = new MemorySource(text.ToString());
        // With ids too: those of the records before a range are known from the ranges before it.
        var reader = new RowReader(Some.Options(Some.Input("text", "text")));
        var rows = new ReadRows();
        var step = source.Length / 16;
        for (long start = 0; start < source.Length; start += step)
        {
            await rows.AddAsync(reader, Some.Unit(source, InputFormat.Csv, start, Math.Min(start + step, source.Length)), source);
        }

        Assert.Equal(200_000, rows.Texts.Count);
        Assert.Equal(Enumerable.Range(0, 200_000).Select(i => (long)i), rows.Rows);
        Assert.Equal(source.Length - 5, rows.SourceBytes);
        // Each byte once, and what the last window of each range holds beyond its end.
        Assert.InRange(source.BytesRead, source.Length, source.Length + 17 * 600_000);
    }

    static string Describe(ReadRows rows) =>
        string.Join("\n", rows.Texts.Zip(rows.Rows, rows.Offsets).Select(t => t.ToString()).Concat(rows.Rejects.Select(r => r.ToString())));
}
