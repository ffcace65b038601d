using System.Runtime.CompilerServices;
using Apache.Arrow;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Data.Columns;
using ProcessingJob.Storage;
using Column = ProcessingJob.Data.Columns.Column;

namespace ProcessingJob.Data.Reading;

/// <summary>Reads the row groups whose middle byte lies in the unit's range, some thousand rows at a time.</summary>
sealed class ParquetUnitReader(WorkUnit unit, IByteSource source, RowBuilder builder)
{
    readonly RowPlan _plan = builder.Plan;
    readonly Column?[] _scratch = new Column?[builder.Plan.Names.Length];
    ParquetColumn?[] _columns = [];

    public async IAsyncEnumerable<RowBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = await ParquetFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var fileScope = file.ConfigureAwait(false);
        _columns = Resolve(file);
        var leaves = _columns.SelectMany(c => c?.Leaves ?? []).Distinct().Order().ToArray();
        var tops = TopsOf(leaves, file);
        long row = 0,
            reported = unit.Start;
        try
        {
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
                        var values = Bind(batch, tops);
                        for (var i = 0; i < batch.Length; i++)
                        {
                            AddRow(values, i, row++);
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

                if (builder.HasRecords)
                {
                    yield return Take(group.Rows);
                }

                RowBlock Take(long rows)
                {
                    var at = Math.Clamp(
                        group.Start + (long)(group.Bytes * ((double)rows / group.Rows)),
                        reported,
                        Math.Max(reported, unit.End)
                    );
                    var block = builder.Take(at - reported);
                    reported = at;
                    return block;
                }
            }
        }
        finally
        {
            foreach (var column in _scratch)
            {
                column?.Dispose();
            }
        }
    }

    /// <summary>The plan's columns in this file.</summary>
    /// <exception cref="PJobException">One is missing, or cannot be what the job takes it for.</exception>
    ParquetColumn?[] Resolve(ParquetFile file)
    {
        var usable = file.Columns.Where(c => c.Type is not null).ToList();
        _plan.CheckFound(
            unit.Source,
            [.. usable.Select(c => c.Name)],
            ParquetInput.NamesOf(file),
            [.. usable.Where(c => c.IsTop).Select(c => c.Name)]
        );
        var columns = _plan.Names.Select(name => file.Find(name) is { Type: not null } found ? found : null).ToArray();
        foreach (var slot in _plan.Texts.SelectMany(t => t))
        {
            ParquetInput.CheckText(unit.Source, _plan.Names[slot], columns[slot]!.Type!, ExitCode.Failed);
        }

        IEnumerable<(int Slot, KeptColumn Column)> id = _plan.IdColumn is { } named ? [(_plan.Id, named)] : [];
        foreach (var (slot, column) in _plan.Kept.Zip(_plan.KeptColumns).Concat(id))
        {
            if (columns[slot] is { } found && !ColumnConversion.IsPossible(found.Type!, column.Type))
            {
                throw new PJobException(
                    $"{unit.Source}: the column '{column.Name}' has the type {found.Type}, expected {column.Type}, which it has "
                        + "in the job's first file; write the files with one type, or leave the column out of input.keep and input.id"
                );
            }
        }

        return columns;
    }

    /// <summary>The columns of a batch: those of the file that hold one of the leaves, in the file's order.</summary>
    static List<int> TopsOf(int[] leaves, ParquetFile file) =>
        [.. file.Columns.Where(c => c.IsTop && c.Leaves.Any(leaf => leaves.Contains(leaf))).Select(c => c.Top)];

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
        foreach (var column in _columns.OfType<ParquetColumn>())
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

    Value[] Bind(RecordBatch batch, List<int> tops)
    {
        var values = new Value[_columns.Length];
        for (var slot = 0; slot < values.Length; slot++)
        {
            if (_columns[slot] is not { } column)
            {
                continue;
            }

            var data = batch.Column(tops.IndexOf(column.Top)).Data;
            var parents = new List<ArrayData>();
            foreach (var part in column.Parts.Skip(1))
            {
                parents.Add(data);
                data = data.Children[((Apache.Arrow.Types.StructType)data.DataType).GetFieldIndex(part)];
            }

            values[slot] = new(ArrowValues.Of(column.Type!, data), [.. parents]);
        }

        return values;
    }

    /// <summary>Values of a column, null also where a structure around it is.</summary>
    readonly record struct Value(ArrowValues? Values, ArrayData[] Parents)
    {
        public bool IsNull(int row)
        {
            foreach (var parent in Parents)
            {
                if (parent.NullCount != 0 && !parent.Buffers[0].IsEmpty && !BitUtility.GetBit(parent.Buffers[0].Span, parent.Offset + row))
                {
                    return true;
                }
            }

            return Values!.IsNull(row);
        }
    }

    void AddRow(Value[] values, int index, long row)
    {
        var block = builder.Block;
        string? reason = null,
            at = null;
        for (var k = 0; reason is null && k < _plan.Texts.Length; k++)
        {
            var text = block.Texts[k];
            foreach (var slot in _plan.Texts[k])
            {
                if (reason is not null || values[slot].IsNull(index))
                {
                    continue;
                }

                if (text.PendingLength > 0)
                {
                    text.Pend('\n');
                }

                at = _plan.Names[slot];
                reason = values[slot].Values!.AddText(index, text);
            }
            text.EndRow();
        }
        if (reason is null && block.Id is { } id)
        {
            reason = Append(_plan.Id, _plan.IdColumn!.Type, id);
        }

        for (var i = 0; reason is null && i < _plan.Kept.Length; i++)
        {
            reason = Append(_plan.Kept[i], _plan.KeptColumns[i].Type, block.Kept[i]);
        }

        if (reason is null)
        {
            builder.Finish(row, -1, block.PendingTextBytes, default);
        }
        else
        {
            builder.Reject(
                row,
                -1,
                reason,
                reason == RejectReason.BadEncoding ? $"column '{at}' is not valid UTF-8" : builder.MismatchMessage(at!),
                default
            );
        }

        string? Append(int slot, ColumnType type, Column into)
        {
            at = _plan.Names[slot];
            if (_columns[slot] is not { } column || values[slot].IsNull(index))
            {
                into.AppendNull();
                return null;
            }

            if (ReferenceEquals(column.Type, type) || column.Type == type)
            {
                return values[slot].Values!.Append(index, into);
            }

            var scratch = _scratch[slot] ??= TypedColumns.Create(column.Type!);
            scratch.Clear();
            return values[slot].Values!.Append(index, scratch)
                ?? (ColumnConversion.TryAppend(column.Type!, scratch, 0, type, into) ? null : RejectReason.TypeMismatch);
        }
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
                        + $"{(place.IsEncrypted ? "are encrypted" : $"lie in another file ('{place.File}')")}; write the file "
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
