using CsCheck;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Reading;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Data.Tests.Reading;

/// <summary>Units of several files, read through the planner's own cut.</summary>
public sealed class GatheredUnitTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AnyFiles_HasEveryRowOfEveryFileOnceAndInItsOrder() =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 2], Gen.Bool)
            .Array[9, 60]
            .Sample(
                files =>
                {
                    using var folder = new TempFolder();
                    var expected = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
                    foreach (var (i, (rows, kind, hasBad)) in files.Index())
                    {
                        var name = $"d{i % 3}/f{i:00}{(kind == 0 ? ".csv" : kind == 1 ? ".jsonl" : ".tsv")}";
                        expected[name] = [.. Enumerable.Range(0, rows).Select(r => hasBad && r == rows / 2 ? " " : $"row {r} of {i}")];
                        folder.Write(
                            name,
                            kind == 1
                                ? string.Concat(expected[name].Select(t => $"{{\"text\":\"{t}\"}}\n"))
                                : $"text\n{string.Concat(expected[name].Select(t => t + "\n"))}"
                        );
                    }

                    var (rowsOf, rejected, units) = ReadAll(folder.Path);

                    Assert.True(units.Count < files.Length);
                    foreach (var (name, texts) in expected)
                    {
                        var read = rowsOf.GetValueOrDefault(name) ?? [];
                        Assert.Equal(texts.Select((t, r) => ((long)r, t)).Where(r => r.t != " "), read.Select(r => (r.Row, r.Text)));
                        Assert.Equal(
                            texts.Select((t, r) => ((long)r, t)).Where(r => r.t == " ").Select(r => r.Item1),
                            rejected.Where(r => r.SourceFile == name).Select(r => r.SourceRow)
                        );
                    }
                },
                iter: 30,
                threads: 1
            );

    [Fact]
    public async Task Read_ManySmallFiles_FillsBlocksWithRowsOfSeveral()
    {
        for (var i = 0; i < 3000; i++)
        {
            _folder.Write($"{i:0000}.jsonl", $"{{\"text\":\"{i}\"}}\n");
        }

        var (data, unit) = await UnitAsync();
        var reader = new RowReader(ReadOptions.From(Spec, []));
        var read = await new ReadRows().AddAsync(reader, reader.ReadAsync(unit, data, TestContext.Current.CancellationToken));

        Assert.Equal(Enumerable.Range(0, 3000).Select(i => $"{i:0000}.jsonl"), read.Files);
        Assert.Equal(3, read.Blocks);
        Assert.Equal(unit.Bytes, read.SourceBytes);
    }

    [Fact]
    public async Task Read_DamagedFilesAmongOthers_AreAllNamed()
    {
        for (var i = 0; i < 20; i++)
        {
            _folder.Write($"{i:00}.csv", i % 7 == 3 ? "other\nx\n" : $"text\n{i}\n");
        }

        var (data, unit) = await UnitAsync();
        var reader = new RowReader(ReadOptions.From(Spec, []));
        var e = await Assert.ThrowsAsync<PJobException>(async () =>
            await new ReadRows().AddAsync(reader, reader.ReadAsync(unit, data, TestContext.Current.CancellationToken))
        );

        foreach (var number in (int[])[3, 10, 17])
        {
            Assert.Contains($"{number:00}.csv: no column 'text'", e.Message);
        }
    }

    [Fact]
    public async Task Read_SameIdInTwoFilesOfAUnit_IsNoDuplicate()
    {
        for (var i = 0; i < 20; i++)
        {
            _folder.Write($"{i:00}.csv", "text,n\na,1\nb,2\nc,1\n");
        }

        var (data, unit) = await UnitAsync();
        var spec = Spec with { Input = Spec.Input with { Id = "n" } };
        var reader = new RowReader(ReadOptions.From(spec, []));
        var read = await new ReadRows().AddAsync(reader, reader.ReadAsync(unit, data, TestContext.Current.CancellationToken));

        Assert.Equal((40, 20), (read.Texts.Count, read.Rejects.Count));
        Assert.All(read.Rejects, r => Assert.Equal((RejectReason.DuplicateId, 2L), (r.Reason, r.SourceRow)));
    }

    static JobSpec Spec { get; } =
        new()
        {
            Input = new() { Text = ["text"], AllowEmpty = true },
        };

    async Task<(LocalData Data, WorkUnit Unit)> UnitAsync()
    {
        var data = new LocalData(_folder.Path);
        var files = await data.ListAsync(TestContext.Current.CancellationToken);
        var format = InputFormats.OfName(files[0].Source);
        return (data, WorkUnit.Gather(files, format, "s", "m"));
    }

    static (Dictionary<string, List<(long Row, string Text)>> Rows, List<Reject> Rejects, IReadOnlyList<WorkUnit> Units) ReadAll(
        string root
    )
    {
        var data = new LocalData(root);
        var units = UnitCutter.Cut(data.ListAsync(default).GetAwaiter().GetResult(), Spec, "s", "m");
        var (rows, rejects) = (new Dictionary<string, List<(long, string)>>(), new List<Reject>());
        var reader = new RowReader(ReadOptions.From(Spec, []) with { RowsPerBlock = 50 });
        foreach (var unit in units)
        {
            var read = new ReadRows().AddAsync(reader, reader.ReadAsync(unit, data, default)).GetAwaiter().GetResult();
            foreach (var (i, file) in read.Files.Index())
            {
                if (!rows.TryGetValue(file, out var list))
                {
                    rows[file] = list = [];
                }

                list.Add((read.Rows[i], read.Texts[i]));
            }

            rejects.AddRange(read.Rejects);
        }

        return (rows, rejects, units);
    }
}
