using CsCheck;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

public sealed class UnitCutterTests
{
    static readonly string[] Extensions = [".csv", ".jsonl", ".jsonl.gz", ".txt", ".arrow"];
    static readonly JobSpec Spec = new();

    /// <summary>From inputs of some bytes to such of many full units; small and large files mixed.</summary>
    static readonly Gen<SourceFile[]> Inputs =
        from scale in Gen.Int[6, 26]
        from files in Gen.Select(Gen.Long[0, 1L << scale], Gen.Int[0, 60], Gen.Int[0, Extensions.Length - 1], Gen.Bool).Array[1, 120]
        select files
            .Select(
                (f, i) =>
                    new SourceFile($"f{i:000}{Extensions[f.Item3]}", f.Item1, $"v{i}") { Lines = f.Item4 ? f.Item1 / (f.Item2 + 1) : null }
            )
            .ToArray();

    static IReadOnlyList<WorkUnit> Cut(IEnumerable<SourceFile> files, Func<SourceFile, bool>? isDone = null) =>
        UnitCutter.Cut(files, isDone ?? (_ => false), Spec, "s", "m");

    [Fact]
    public void Cut_AnyFiles_HasEveryByteOnceAndUnitsOfOneFormat() =>
        Inputs.Sample(
            files =>
            {
                var units = Cut(files);
                var pieces = units.SelectMany(u => u.Pieces).ToLookup(p => p.Source);
                foreach (var file in files)
                {
                    long at = 0;
                    foreach (var piece in pieces[file.Source].OrderBy(p => p.Start))
                    {
                        Assert.Equal((at, file.Size, file.Version), (piece.Start, piece.Size, piece.Version));
                        at = piece.End;
                    }

                    Assert.Equal(file.Size, at);
                    Assert.NotEmpty(pieces[file.Source]);
                }

                Assert.All(units, u => Assert.All(u.Pieces, p => Assert.Equal(InputFormats.OfName(p.Source), u.Format)));
                Assert.Equal(units.Count, units.Select(u => u.Id).Distinct().Count());
            },
            iter: 300
        );

    [Fact]
    public void Cut_AnyFiles_KeepsTheBoundsOfUnits() =>
        Inputs.Sample(
            files =>
            {
                // The lines of other files are no rows.
                var rows = files.ToDictionary(
                    f => f.Source,
                    f =>
                        f.Source.EndsWith(".csv", StringComparison.Ordinal) ? Math.Max(0, (f.Lines ?? 0) - 1)
                        : f.Source.EndsWith(".jsonl", StringComparison.Ordinal) || f.Source.EndsWith(".txt", StringComparison.Ordinal)
                            ? f.Lines ?? 0
                        : 0
                );
                foreach (var unit in Cut(files))
                {
                    if (unit.Files is { } members)
                    {
                        Assert.InRange(members.Count, 2, int.MaxValue);
                        Assert.True(members.Sum(m => m.Size) < UnitCutter.TargetBytes);
                        Assert.True(members.Sum(m => rows[m.Source]) < UnitCutter.TargetRows);
                    }
                    else if (!unit.IsWholeFile)
                    {
                        Assert.True(unit.Bytes <= UnitCutter.TargetBytes);
                        Assert.True(unit.Rows is null or <= UnitCutter.TargetRows);
                    }
                }
            },
            iter: 300
        );

    /// <summary>What a run that died has done is taken out, and what it has not done is the same as in an undisturbed run.</summary>
    [Fact]
    public void Cut_WholeUnitsTakenOut_LeavesTheOthersAsTheyAre() =>
        Gen.Select(Inputs, Gen.Int[0, int.MaxValue])
            .Sample(
                (files, seed) =>
                {
                    var random = new Random(seed);
                    var all = Cut(files);
                    var done = all.Where(u => u.IsWholeFile && random.Next(2) == 0).ToList();
                    var names = done.SelectMany(u => u.Pieces).Select(p => p.Source).ToHashSet();

                    var left = Cut(files, f => names.Contains(f.Source));

                    Assert.Equal(all.Except(done).Select(u => u.Id).Order(), left.Select(u => u.Id).Order());
                },
                iter: 300
            );

    [Fact]
    public void Cut_OrderOfFiles_DoesNotMatter() => Inputs.Sample(files => Assert.Equal(Cut(files), Cut([.. files.Reverse()])), iter: 100);

    [Theory]
    [InlineData(20_000, 100, 8)]
    [InlineData(200_000, 100, 8)]
    [InlineData(100_000, 20_000, 160)]
    [InlineData(8, 10, 8)]
    public void Cut_SmallFilesOfOneRow_AreFewUnits(int count, int size, int most)
    {
        var units = Cut(Enumerable.Range(0, count).Select(i => new SourceFile($"{i:0000000}.jsonl", size, "v") { Lines = 1 }));

        Assert.InRange(units.Count, most * 3 / 4, most * 4 / 3);
        Assert.Equal(count, units.Sum(u => u.Pieces.Count()));
        Assert.Equal(count, units.Sum(u => u.Rows));
    }

    [Theory]
    [InlineData(160L << 20, null, 10)]
    [InlineData(160L << 20, 5_000_000, 100)]
    [InlineData(100_000, 60_000, 2)]
    [InlineData(4L << 20, null, 4)]
    public void Cut_LargeTextFile_IsCutByBytesOrRowsWhicheverComesFirst(long size, int? rows, int units) =>
        Assert.Equal(units, Cut([new("a.jsonl", size, "v") { Lines = rows }]).Count);

    [Fact]
    public void Cut_ParquetFile_IsCutBetweenRowGroupsHoweverSmallItIs() =>
        Gen.Select(Gen.Long[1, 200_000], Gen.Long[1, 64L << 20], Gen.Long[10, 100_000])
            .Array[1, 40]
            .Sample(
                (groups) =>
                {
                    var shapes = new List<GroupShape>();
                    long start = 4;
                    foreach (var (rows, bytes, size) in groups)
                    {
                        shapes.Add(new(start, rows, bytes));
                        start += size;
                    }

                    var file = new SourceFile("a.parquet", start + 1000, "v")
                    {
                        Shape = new(groups.Sum(g => g.Item1), groups.Sum(g => g.Item2)) { Groups = shapes },
                    };

                    var units = Cut([file]);

                    Assert.Equal(file.Shape!.Rows, units.Sum(u => u.Rows));
                    foreach (var unit in units)
                    {
                        // Read are the groups whose middle lies in the range.
                        var own = Enumerable
                            .Range(0, groups.Length)
                            .Where(g => shapes[g].Start + groups[g].Item3 / 2 is var middle && middle >= unit.Start && middle < unit.End)
                            .ToList();
                        Assert.Equal(unit.Rows, own.Sum(g => shapes[g].Rows));
                        Assert.True(
                            own.Count == 1
                                || (
                                    own.Sum(g => shapes[g].Rows) <= UnitCutter.TargetRows
                                    && own.Sum(g => shapes[g].Bytes) <= UnitCutter.TargetBytes
                                )
                        );
                    }
                },
                iter: 200
            );

    [Fact]
    public void Gather_OtherMemberSizeVersionSpecOrModel_IsAnotherUnit()
    {
        SourceFile[] files = [new("a.csv", 1, "v"), new("b.csv", 2, "w")];
        WorkUnit Of(SourceFile[] members, string spec = "s", string model = "m") => WorkUnit.Gather(members, InputFormat.Csv, spec, model);
        WorkUnit[] others =
        [
            Of(files),
            Of([.. files.Reverse()]),
            Of([files[0], files[1] with { Size = 3 }]),
            Of([files[0], files[1] with { Version = "x" }]),
            Of([.. files, new("c.csv", 0, "")]),
            Of(files, "t"),
            Of(files, "s", "n"),
        ];
        Assert.Equal(others.Length, others.Select(u => u.Id).Distinct().Count());
        Assert.Equal(others[0], Of([files[0] with { Lines = 7 }, files[1]]) with { Files = files });
    }
}
