using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Meta;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Data.Columns;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>Reads the row groups whose middle byte lies in the unit's range. The columns that are needed of one row group are in memory at a time.</summary>
sealed class ParquetUnitReader(WorkUnit unit, IByteSource source, RowBuilder builder)
{
    const long MaxGroupBytes = 2L << 30;
    readonly RowPlan _plan = builder.Plan;

    public async IAsyncEnumerable<RowBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = await ParquetFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var fileScope = file.ConfigureAwait(false);
        _plan.CheckFound(unit.Source, [.. file.Columns.Select(c => c.Name)], file.Names);
        var columns = _plan.Names.Select(name => file.Columns.FirstOrDefault(c => c.Name == name)).ToArray();
        long row = 0,
            reported = unit.Start;
        for (var g = 0; g < file.Reader.RowGroupCount; g++)
        {
            using var group = file.Reader.OpenRowGroupReader(g);
            if (!Owns(group.RowGroup))
            {
                row += group.RowCount;
                continue;
            }
            var chunks = await LoadAsync(file, group, g, columns, cancellationToken).ConfigureAwait(false);
            try
            {
                for (long i = 0; i < group.RowCount; i++)
                {
                    AddRow(chunks, row++);
                    if (builder.IsFull)
                    {
                        yield return Take(i + 1);
                    }
                }
            }
            finally
            {
                foreach (var chunk in chunks)
                {
                    chunk?.Dispose();
                }
            }
            if (builder.HasRecords)
            {
                yield return Take(group.RowCount);
            }

            RowBlock Take(long rows)
            {
                var (start, bytes) = Extent(group.RowGroup);
                var at = Math.Clamp(start + (long)(bytes * ((double)rows / group.RowCount)), reported, Math.Max(reported, unit.End));
                var block = builder.Take(at - reported);
                reported = at;
                return block;
            }
        }
    }

    void AddRow(ParquetChunk?[] chunks, long row)
    {
        foreach (var chunk in chunks)
        {
            chunk?.Advance();
        }

        var block = builder.Block;
        string? reason = null,
            at = null;
        for (var k = 0; reason is null && k < _plan.Texts.Length; k++)
        {
            var text = block.Texts[k];
            foreach (var slot in _plan.Texts[k])
            {
                if (reason is not null || chunks[slot] is not { IsNull: false } chunk)
                {
                    continue;
                }

                if (text.PendingLength > 0)
                {
                    text.Pend('\n');
                }

                at = _plan.Names[slot];
                reason = chunk.AddText(text);
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
            if (chunks[slot] is { } chunk)
            {
                return chunk.Append(type, into);
            }

            into.AppendNull();
            return null;
        }
    }

    /// <summary>A damaged offset still belongs to exactly one range.</summary>
    bool Owns(RowGroup group)
    {
        var (start, bytes) = Extent(group);
        var middle = Math.Clamp(start + bytes / 2, 0, Math.Max(0, unit.Size - 1));
        return middle >= unit.Start && middle < unit.End;
    }

    static (long Start, long Bytes) Extent(RowGroup group) =>
        group.Columns.Count == 0
            ? (0, 0)
            : (group.Columns.Min(c => StartOf(c.MetaData!)), group.Columns.Sum(c => c.MetaData!.TotalCompressedSize));

    static long StartOf(ColumnMetaData column) =>
        column.DictionaryPageOffset is > 0 and var dictionary ? Math.Min(dictionary, column.DataPageOffset) : column.DataPageOffset;

    async Task<ParquetChunk?[]> LoadAsync(
        ParquetFile file,
        ParquetRowGroupReader group,
        int index,
        ParquetColumn?[] columns,
        CancellationToken cancellationToken
    )
    {
        var chunks = new ParquetChunk?[columns.Length];
        var at = "";
        try
        {
            for (var c = 0; c < columns.Length; c++)
            {
                if (columns[c] is not { } column)
                {
                    continue;
                }

                at = $", column '{column.Name}'";
                var meta = group.GetMetadata(column.Field)?.MetaData ?? throw new InvalidDataException("its column chunk is missing");
                if (meta.NumValues != group.RowCount)
                {
                    throw new InvalidDataException($"{meta.NumValues} values for {group.RowCount} rows");
                }

                if (
                    meta.TotalUncompressedSize > MaxGroupBytes
                    || meta.TotalCompressedSize > Math.Min(int.MaxValue, unit.Size)
                    || group.RowCount > 1 << 28
                )
                {
                    throw new InvalidDataException(
                        $"{meta.TotalUncompressedSize} bytes in one row group, more than {MaxGroupBytes}: write it with smaller row groups"
                    );
                }

                await file.Stream.LoadAsync(StartOf(meta), (int)meta.TotalCompressedSize, cancellationToken).ConfigureAwait(false);
                file.Stream.Budget = 4 * meta.TotalCompressedSize + (1 << 20);
                chunks[c] = await ParquetChunk.ReadAsync(group, column, cancellationToken).ConfigureAwait(false);
            }
            return chunks;
        }
        catch (Exception e) when (e is not (OperationCanceledException or PJobException))
        {
            foreach (var chunk in chunks)
            {
                chunk?.Dispose();
            }

            throw new PJobException(
                $"{unit.Source}: the Parquet data is damaged (row group {index}{at}): {e.Message}; write or copy the file again",
                ExitCode.Failed,
                e
            );
        }
    }
}
