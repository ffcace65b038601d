using System.Runtime.CompilerServices;
using Apache.Arrow;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>Arrow's IPC files and streams: read batch by batch, a file by one host.</summary>
sealed class ArrowInput : InputReader
{
    public override async Task<FoundColumns> FindColumnsAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken)
    {
        var file = await ArrowFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var fileScope = file.ConfigureAwait(false);
        return file.Columns.Found();
    }

    public override async IAsyncEnumerable<RowBlock> ReadAsync(
        WorkUnit unit,
        IByteSource source,
        RowBuilder builder,
        FileMemory memory,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // A stream tells only from its start where its batches are: the first range has them all.
        if (unit.Start > 0)
        {
            yield break;
        }

        var file = await ArrowFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var fileScope = file.ConfigureAwait(false);
        var columns = file.Columns.Resolve(builder.Plan);
        var tops = file.Columns.All.Where(c => c.IsTop).Select(c => c.Top).ToList();
        using var rows = new BatchRows(columns, builder);
        long row = 0,
            reported = 0;
        for (var index = 0; await file.NextAsync(index, cancellationToken).ConfigureAwait(false) is { } batch; index++)
        {
            using (batch)
            {
                Bind(rows, batch, tops, unit.Source, index);
                for (var at = 0; at < batch.Length; )
                {
                    var next = Add(rows, batch, at, row, builder, unit.Source, index);
                    row += next - at;
                    at = next;
                    if (builder.IsFull)
                    {
                        yield return Take();
                    }
                }
            }
        }

        Advance();

        RowBlock Take()
        {
            Advance();
            return builder.Take();
        }

        void Advance()
        {
            var position = Math.Clamp(file.Position, reported, unit.End);
            builder.Advance(position - reported);
            reported = position;
        }
    }

    static void Bind(BatchRows rows, RecordBatch batch, List<int> tops, string file, int index)
    {
        try
        {
            rows.Bind(batch, tops);
        }
        catch (Exception e) when (e is not PJobException)
        {
            throw ArrowFile.Fault(file, $"record batch {index}", e);
        }
    }

    /// <summary>Adds rows until the builder is full; the library does not check what offsets point to.</summary>
    /// <returns>Index of the first row that was not added.</returns>
    static int Add(BatchRows rows, RecordBatch batch, int from, long row, RowBuilder builder, string file, int index)
    {
        var at = from;
        try
        {
            for (; at < batch.Length && !builder.IsFull; at++)
            {
                rows.Add(at, row + at - from);
            }

            return at;
        }
        catch (Exception e) when (e is not (PJobException or OutOfMemoryException))
        {
            throw ArrowFile.Fault(file, $"record batch {index}, row {at}", e);
        }
    }
}
