using System.Runtime.CompilerServices;
using Apache.Arrow;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>Reads the row groups whose middle byte lies in the unit's range, some thousand rows at a time.</summary>
sealed class ParquetUnitReader(WorkUnit unit, IByteSource source, RowBuilder builder)
{
    FileColumn?[] _columns = [];

    public async IAsyncEnumerable<RowBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = await ParquetFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var fileScope = file.ConfigureAwait(false);
        _columns = file.Columns.Resolve(builder.Plan);
        var leaves = _columns.SelectMany(c => c?.Leaves ?? []).Distinct().Order().ToArray();
        var tops = TopsOf(leaves, file);
        using var rows = new BatchRows(_columns, builder);
        long row = 0,
            reported = unit.Start;
        for (var g = 0; g < file.Footer.Groups.Count; g++)
        {
            var group = file.Footer.Groups[g];
            if (!Owns(group) || group.Rows == 0)
            {
                row += group.Rows;
                continue;
            }

            await LoadAsync(file, group, g, leaves, cancellationToken).ConfigureAwait(false);
            long done = 0;
            using var batches = file.Batches(g, leaves).GetEnumerator();
            while (Next(file, batches, g) is { } batch)
            {
                using (batch)
                {
                    file.Stream.Unload();
                    rows.Bind(batch, tops);
                    for (var i = 0; i < batch.Length; i++)
                    {
                        rows.Add(i, row++);
                        done++;
                        if (builder.IsFull)
                        {
                            yield return Take(done);
                        }
                    }
                }
            }

            if (done != group.Rows)
            {
                throw ParquetFaults.Of(
                    unit.Source,
                    $"row group {g}",
                    new InvalidDataException($"{done} rows where the footer says {group.Rows}")
                );
            }

            Advance(group.Rows);

            RowBlock Take(long taken)
            {
                Advance(taken);
                return builder.Take();
            }

            void Advance(long taken)
            {
                var at = Math.Clamp(
                    group.Start + (long)(group.Bytes * ((double)taken / group.Rows)),
                    reported,
                    Math.Max(reported, unit.End)
                );
                builder.Advance(at - reported);
                reported = at;
            }
        }
    }

    /// <summary>The columns of a batch: those of the file that hold one of the leaves, in the file's order.</summary>
    static List<int> TopsOf(int[] leaves, ParquetFile file) =>
        [.. file.Columns.All.Where(c => c.IsTop && c.Leaves.Any(leaf => leaves.Contains(leaf))).Select(c => c.Top)];

    RecordBatch? Next(ParquetFile file, IEnumerator<RecordBatch> batches, int group)
    {
        try
        {
            return batches.MoveNext() ? batches.Current : null;
        }
        catch (Exception e) when (e is not (OperationCanceledException or PJobException))
        {
            throw file.Stream.Failure ?? ParquetFaults.Of(unit.Source, $"row group {group}{Culprit(file, group)}", e);
        }
    }

    /// <summary>The column whose values cannot be read, found by reading each alone.</summary>
    string Culprit(ParquetFile file, int group)
    {
        file.Stream.Budget = long.MaxValue;
        foreach (var column in _columns.OfType<FileColumn>())
        {
            try
            {
                foreach (var batch in file.Batches(group, column.Leaves))
                {
                    batch.Dispose();
                }
            }
            catch (Exception e) when (e is not PJobException)
            {
                return $", column '{column.Name}'";
            }
        }

        return "";
    }

    /// <summary>A damaged offset still belongs to exactly one range.</summary>
    bool Owns(ParquetGroupPlace group)
    {
        var middle = Math.Clamp(group.Start + group.Bytes / 2, 0, Math.Max(0, unit.Size - 1));
        return middle >= unit.Start && middle < unit.End;
    }

    /// <summary>Brings the needed columns of a row group into memory, so that the library does not wait for the network.</summary>
    async Task LoadAsync(ParquetFile file, ParquetGroupPlace group, int index, int[] leaves, CancellationToken cancellationToken)
    {
        long total = 0;
        foreach (var leaf in leaves)
        {
            if (leaf >= group.Columns.Count)
            {
                throw ParquetFaults.Of(unit.Source, $"row group {index}", new InvalidDataException("a column chunk is missing"));
            }

            var place = group.Columns[leaf];
            if (place.IsEncrypted || place.File is not null)
            {
                throw new PJobException(
                    $"{unit.Source}: not supported: the values of row group {index} "
                        + $"{(place.IsEncrypted ? "are encrypted" : $"lie in another file ('{place.File}')")}; fix: write the file "
                        + "again as one that is complete"
                );
            }

            if (place.Start < 0 || place.Bytes < 0 || place.Start + place.Bytes > unit.Size)
            {
                throw ParquetFaults.Of(
                    unit.Source,
                    $"row group {index}",
                    new InvalidDataException($"{place.Bytes} bytes at {place.Start} are not in a file of {unit.Size}")
                );
            }

            total += place.Bytes;
        }

        file.Stream.Budget = 4 * total + (1 << 20);
        foreach (var leaf in leaves)
        {
            await file.Stream.LoadAsync(group.Columns[leaf].Start, group.Columns[leaf].Bytes, cancellationToken).ConfigureAwait(false);
        }
    }
}
