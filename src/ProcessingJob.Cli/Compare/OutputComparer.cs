using System.Collections;
using System.IO.Hashing;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Compare;

/// <summary>
/// Reads one output, then the other, and matches their rows by key. Vectors of the first wait on disk: memory holds some tens of bytes a
/// row.
/// </summary>
sealed class OutputComparer(FinishedOutput a, FinishedOutput b, double minCosine)
{
    const int MostMoved = 10;

    /// <summary>Where a histogram of cosines may start, and its ranges from there to 1: whole thousandths wide.</summary>
    static readonly (double Start, int Ranges)[] Histograms = [(0.9, 20), (0.5, 20), (0, 20), (-1, 40)];

    /// <summary>Columns that say where a row came from or how it was run, not what it is.</summary>
    static readonly HashSet<string> Unlike = ["source_file", "source_row"];

    readonly RowKey _key = RowKey.Of(a.Spec, b.Spec);
    readonly Dictionary<UInt128, int> _rows = new(Most(a));
    readonly List<UInt128> _valuesOfA = new(Most(a));
    readonly HashSet<ulong> _vectorsOfA = a.Spec.Task == TaskKind.Embed ? new(Most(a)) : [];
    readonly Neighbors _neighbors = new();
    readonly Norms _normsA = new(),
        _normsB = new();
    readonly List<float> _cosines = b.Spec.Task == TaskKind.Embed ? new(Most(b)) : [];
    readonly PriorityQueue<string, double> _moved = new();
    readonly Dictionary<string, (long Rows, string Example)> _differing = [];
    string[] _shared = [];
    long _elsewhere,
        _matched,
        _sameBits;

    /// <exception cref="PJobException">A part is missing or damaged; BadSpec: the ranges of int8 or uint8 are not to be found.</exception>
    public async Task<OutputComparison> RunAsync(IReadOnlyList<string> ranges, CancellationToken cancellationToken)
    {
        var (columnsA, columnsB) = (await ColumnsAsync(a, cancellationToken), await ColumnsAsync(b, cancellationToken));
        _shared = [.. columnsA.Intersect(columnsB).Where(c => !Unlike.Contains(c)).Order(StringComparer.Ordinal)];
        var (decoderA, decoderB) = (Decoder(a.Spec, ranges), Decoder(b.Spec, ranges));
        var widthA = await ReadAAsync(decoderA, cancellationToken);
        using var stored = widthA.Vectors;
        var widthB = await ReadBAsync(decoderB, stored, widthA.Width, cancellationToken);
        return Conclude(columnsA, columnsB, widthA.Width, widthB);
    }

    // Collections that grow leave twice as much behind them; what a manifest claims is no reason to take all memory.
    static int Most(FinishedOutput output) => (int)Math.Clamp(output.Manifest.RowsOut, 0, 2_000_000);

    static VectorDecoder? Decoder(JobSpec spec, IReadOnlyList<string> ranges) =>
        spec.Task == TaskKind.Embed ? new(spec, RangesOption.FileOf(spec, ranges)) : null;

    async Task<(int Width, VectorFile? Vectors)> ReadAAsync(VectorDecoder? decoder, CancellationToken cancellationToken)
    {
        VectorFile? vectors = null;
        var width = 0;
        await EachAsync(
            a,
            _rows.ContainsKey,
            decoder,
            (key, rows, row, vector) =>
            {
                _rows[key] = _valuesOfA.Count;
                _valuesOfA.Add(RowValues.Hash(rows, row, _shared));
                if (vector.Length > 0)
                {
                    width = vector.Length;
                    (vectors ??= new(width)).Add(vector);
                    _vectorsOfA.Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(vector)));
                    _neighbors.AddA(key, vector);
                    _normsA.Add(vector);
                }
            },
            cancellationToken
        );
        vectors?.Flush();
        return (width, vectors);
    }

    async Task<int> ReadBAsync(VectorDecoder? decoder, VectorFile? vectors, int widthA, CancellationToken cancellationToken)
    {
        var (width, other) = (0, new float[widthA]);
        var changed = new HashSet<UInt128>();
        await EachAsync(
            b,
            WasSeen(),
            decoder,
            (key, rows, row, vector) =>
            {
                if (vector.Length > 0)
                {
                    width = vector.Length;
                    _normsB.Add(vector);
                    _neighbors.AddB(key, vector);
                }

                if (!_rows.TryGetValue(key, out var index))
                {
                    return;
                }

                _matched++;
                if (_valuesOfA[index] != RowValues.Hash(rows, row, _shared))
                {
                    changed.Add(key);
                }

                if (vector.Length == 0 || vector.Length != widthA)
                {
                    return;
                }

                vectors!.Read(index, other);
                var isSame = vector.SequenceEqual(other);
                var cosine = isSame ? 1 : Cosine(vector, other);
                _sameBits += isSame ? 1 : 0;
                _cosines.Add((float)cosine);
                if (cosine < minCosine && _vectorsOfA.Contains(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(vector))))
                {
                    _elsewhere++;
                }

                if (cosine < minCosine)
                {
                    _moved.Enqueue(_key.Text(rows, row), -cosine);
                    if (_moved.Count > MostMoved)
                    {
                        _moved.Dequeue();
                    }
                }
            },
            cancellationToken
        );
        if (changed.Count > 0)
        {
            await FindColumnsAsync(changed, cancellationToken);
        }

        return width;
    }

    /// <summary>A second look at the rows whose values differ: which columns, how many, one example each.</summary>
    async Task FindColumnsAsync(HashSet<UInt128> changed, CancellationToken cancellationToken)
    {
        var before = new Dictionary<UInt128, string[]>();
        await EachAsync(a, WasSeen(), null, (key, rows, row, _) => Keep(key, rows, row), cancellationToken);
        await EachAsync(b, WasSeen(), null, (key, rows, row, _) => Match(key, rows, row), cancellationToken);

        void Keep(UInt128 key, PartRows rows, int row)
        {
            // Enough to name the columns and to show one value of each.
            if (before.Count < 100_000 && changed.Contains(key))
            {
                before[key] = [.. _shared.Select(c => RowValues.Text(rows.Columns[c][row]))];
            }
        }

        void Match(UInt128 key, PartRows rows, int row)
        {
            if (!before.TryGetValue(key, out var values))
            {
                return;
            }

            foreach (var (i, column) in _shared.Index())
            {
                var now = RowValues.Text(rows.Columns[column][row]);
                if (now != values[i])
                {
                    var (count, example) = _differing.GetValueOrDefault(column, (0, $"{_key.Text(rows, row)}: {values[i]} -> {now}"));
                    _differing[column] = (count + 1, example);
                }
            }
        }
    }

    /// <summary>Says of a key whether it was asked for before: a bit for each row of A, for no more is in memory of most.</summary>
    Func<UInt128, bool> WasSeen()
    {
        var (ofA, others) = (new BitArray(_valuesOfA.Count), new HashSet<UInt128>());
        return key =>
        {
            if (!_rows.TryGetValue(key, out var index))
            {
                return !others.Add(key);
            }

            var before = ofA[index];
            ofA[index] = true;
            return before;
        };
    }

    async Task EachAsync(
        FinishedOutput output,
        Func<UInt128, bool> wasSeen,
        VectorDecoder? decoder,
        RowAction action,
        CancellationToken cancellationToken
    )
    {
        var repeats = new Dictionary<UInt128, int>();
        var vector = Array.Empty<float>();
        foreach (var part in output.Parts)
        {
            await foreach (var rows in output.ReadAsync(part, cancellationToken))
            {
                var width = decoder?.Dimensions(rows.Width) ?? 0;
                vector = vector.Length == width ? vector : new float[width];
                for (var row = 0; row < rows.Count; row++)
                {
                    decoder?.Decode(rows.Vector(row), vector);
                    var key = _key.Text(rows, row);
                    var hash = RowKey.Hash(key, 0);
                    // Ids may stand in several files: then rows are matched in their order.
                    var repeat = wasSeen(hash) ? repeats[hash] = repeats.GetValueOrDefault(hash) + 1 : 0;
                    action(repeat == 0 ? hash : RowKey.Hash(key, repeat), rows, row, vector);
                }
            }
        }
    }

    static async Task<HashSet<string>> ColumnsAsync(FinishedOutput output, CancellationToken cancellationToken)
    {
        foreach (var part in output.Parts)
        {
            await foreach (var rows in output.ReadAsync(part, cancellationToken))
            {
                return [.. rows.Columns.Keys];
            }
        }

        return [];
    }

    static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var (nx, ny) = (TensorPrimitives.Norm(x), TensorPrimitives.Norm(y));
        return nx == 0 && ny == 0 ? 1
            : nx == 0 || ny == 0 ? 0
            : Math.Clamp(TensorPrimitives.Dot(x, y) / ((double)nx * ny), -1, 1);
    }

    OutputComparison Conclude(HashSet<string> columnsA, HashSet<string> columnsB, int widthA, int widthB)
    {
        var found = new OutputComparison
        {
            Verdict = Verdict.Identical,
            Reasons = [],
            LikelyCauses = [],
            A = a.Location,
            B = b.Location,
            RowsA = a.Manifest.RowsOut,
            RowsB = b.Manifest.RowsOut,
            Matched = _matched,
            Key = _key.Columns,
            Settings = Settings.Differences(a, b),
            OnlyA = [.. columnsA.Except(columnsB).Order(StringComparer.Ordinal)],
            OnlyB = [.. columnsB.Except(columnsA).Order(StringComparer.Ordinal)],
            Columns =
            [
                .. _differing.Select(d => new ColumnDifference(d.Key, d.Value.Rows, d.Value.Example)).OrderByDescending(d => d.Rows),
            ],
            DimensionsA = widthA,
            DimensionsB = widthB,
            NormsA = _normsA.Statistics,
            NormsB = _normsB.Statistics,
            Cosines = CosineStatistics(),
            NeighborsKept = _neighbors.Kept(),
            Elsewhere = _elsewhere,
            Moved = [.. _moved.UnorderedItems.Select(m => new MovedRow(m.Element, -m.Priority)).OrderBy(m => m.Cosine)],
        };
        return Judge.Of(found, minCosine, isSame: _sameBits == _cosines.Count);
    }

    CosineStatistics? CosineStatistics()
    {
        if (_cosines.Count == 0)
        {
            return null;
        }

        _cosines.Sort();
        var (start, ranges) = Histograms.First(h => h.Start <= _cosines[0]);
        var histogram = new long[ranges];
        foreach (var cosine in _cosines)
        {
            histogram[Math.Min(ranges - 1, (int)((cosine - start) / (1 - start) * ranges))]++;
        }

        return new(
            _cosines.Average(c => (double)c),
            _cosines[_cosines.Count / 2],
            _cosines[_cosines.Count / 100],
            _cosines[0],
            start,
            histogram
        );
    }

    delegate void RowAction(UInt128 key, PartRows rows, int row, ReadOnlySpan<float> vector);
}
