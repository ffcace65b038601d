using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Tokenization;
using ProcessingJob.Worker.Tasks;

namespace ProcessingJob.Worker.Stages;

/// <summary>Turns a finished block into output rows: id, kept columns, the task's columns, then where the row came from.</summary>
sealed class OutputRows
{
    readonly FeatureTask _task;
    readonly RowReader _reader;
    readonly bool _hasWindows,
        _rejectLong,
        _mayLackRoom,
        _splits;
    readonly int _maxLength;

    /// <param name="task">Fills its columns.</param>
    /// <param name="reader">Says which columns are kept.</param>
    /// <param name="spec">The job.</param>
    /// <param name="maxLength">Tokens of an encoding.</param>
    /// <param name="vectorWidth">Stored numbers of an embedding, where its column is of one fixed size; else null.</param>
    /// <exception cref="PJobException">A kept column has the name of a column that is computed (exit code 2).</exception>
    public OutputRows(FeatureTask task, RowReader reader, JobSpec spec, int maxLength, int? vectorWidth)
    {
        (_task, _reader, _maxLength) = (task, reader, maxLength);
        _hasWindows = spec.Tokens.Overflow == Overflow.Window && !task.JoinsWindows;
        // Longest first always leaves room for both.
        _mayLackRoom = task.EncodesPairs && task.Encoding is not { Truncation: Truncation.LongestFirst, Window: false };
        _rejectLong = spec.Tokens.Overflow == Overflow.Reject;
        _splits = spec.Output.Split.Count > 0;
        var columns = new List<OutputColumn>();
        if (reader.IdColumn is { } id)
        {
            columns.Add(OutputColumn.Of(id));
        }

        columns.AddRange(reader.KeptColumns.Select(OutputColumn.Of));
        var own = columns.Count;
        columns.AddRange(task.Columns.Select(c => c.Name == TaskColumns.Embedding ? c with { Width = vectorWidth } : c));
        var common = columns.Count;
        columns.AddRange(TaskColumns.Common);
        if (_hasWindows)
        {
            columns.AddRange(TaskColumns.Windows);
        }

        Written = [.. columns.Select((c, i) => i >= own && i < common ? c with { Name = TaskColumns.NameOf(spec, c.Name) } : c)];
        if (Written.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new PJobException(
                $"input.keep: the column '{twice.Key}' has the name of an output column of task {Names.Of(spec.Task)}; leave it "
                    + "out, rename it in the data, or give the task's column another name with output.names",
                ExitCode.BadSpec
            );
        }

        Columns = columns;
    }

    /// <summary>The task's columns by their own names.</summary>
    public IReadOnlyList<OutputColumn> Columns { get; }

    public FeatureTask Task => _task;

    /// <summary>The same by the names they have in part files.</summary>
    public IReadOnlyList<OutputColumn> Written { get; }

    /// <summary>Appends rows of the block, from where an earlier call stopped.</summary>
    /// <param name="block">A finished block.</param>
    /// <param name="at">The next row; moved on.</param>
    /// <param name="limit">No row is begun once there are so many output rows.</param>
    /// <param name="into">A block of <see cref="Columns"/>.</param>
    /// <param name="rejects">Takes rows that cannot be used.</param>
    /// <param name="counts">Takes the encodings of the rows that are kept.</param>
    /// <returns>Input rows that gave output rows.</returns>
    public int Append(BlockItem block, ref RowCursor at, int limit, ColumnBlock into, List<Reject> rejects, EncodingCounts counts)
    {
        var (rows, encodings, kept) = (block.Rows, block.Encodings, 0);
        for (; at.Row < rows.Count && into.Count < limit; at.Row++)
        {
            var first = at.Encoding;
            var end = first;
            while (end < encodings.Count && encodings.Row(end) < (at.Row + 1) * _task.CallsPerRow)
            {
                end++;
            }

            if (Fault(block, at.Row, first, end) is { } fault)
            {
                rejects.Add(fault);
            }
            else
            {
                AppendRow(block, at.Row, first, end, into);
                kept++;
                for (var i = first; i < end; i++)
                {
                    counts.Add(encodings.Length(i), encodings.Truncated(i));
                }
            }

            at.Encoding = end;
        }

        return kept;
    }

    Reject? Fault(BlockItem block, int row, int first, int end)
    {
        for (var i = first; i < end; i++)
        {
            if (_rejectLong && block.Encodings.Truncated(i))
            {
                return Reject(block, row, RejectReason.TooLong, $"more than {_maxLength} tokens; tokens.overflow is reject");
            }

            if (block.Encodings.Length(i) == 0 && _mayLackRoom)
            {
                return Reject(block, row, RejectReason.TooLong, _task.NoRoom);
            }

            if (block.Encodings.Length(i) == 0 && block.Results is not null)
            {
                return Reject(block, row, RejectReason.MissingText, "the text has no tokens: nothing of it is left for the model");
            }

            if (block.Results?.NotFinite(i) == true)
            {
                return Reject(
                    block,
                    row,
                    RejectReason.NotFinite,
                    "the model gave NaN or infinity for this text, also when it was run alone"
                );
            }
        }
        return null;
    }

    static Reject Reject(BlockItem block, int row, string reason, string message) =>
        new(block.Rows.SourceFile(row), block.Rows.SourceRow(row), block.Rows.SourceOffset(row), reason, message, block.Rows.Describe(row));

    void AppendRow(BlockItem block, int row, int first, int end, ColumnBlock into)
    {
        var encodings = block.Encodings;
        while (first < end)
        {
            var (call, count) = (encodings.Row(first), 1);
            while (first + count < end && _task.Joins(call, encodings.Row(first + count)))
            {
                count++;
            }

            var column = 0;
            if (_reader.IdColumn is not null)
            {
                into.Columns[column++].AppendFrom(block.Rows.Id!, row);
            }

            foreach (var source in block.Rows.Kept)
            {
                into.Columns[column++].AppendFrom(source, row);
            }

            _task.Write(block.Rows, encodings, block.Results, call, first, count, into);
            column += _task.Columns.Count;

            var (tokens, truncated) = (0, false);
            for (var i = first; i < first + count; i++)
            {
                tokens += encodings.Length(i);
                truncated |= encodings.Truncated(i);
            }
            ((ValueColumn<int>)into.Columns[column++]).Append(tokens);
            ((ValueColumn<bool>)into.Columns[column++]).Append(truncated);
            ((StringColumn)into.Columns[column++]).Append(block.Rows.SourceFile(row));
            ((ValueColumn<long>)into.Columns[column++]).Append(block.Rows.SourceRow(row));
            if (_hasWindows)
            {
                ((ValueColumn<int>)into.Columns[column++]).Append(encodings.Window(first));
                ((ValueColumn<int>)into.Columns[column++]).Append(Math.Max(0, encodings.TextStart(first) - _task.PromptLength));
                ((ValueColumn<int>)into.Columns[column]).Append(Math.Max(0, encodings.TextEnd(first) - _task.PromptLength));
            }
            if (_splits)
            {
                into.AddSplit(block.Rows.Split(row));
            }

            first += count;
        }
    }
}

/// <summary>How far a block has been turned into output rows.</summary>
struct RowCursor
{
    /// <summary>Row of the block.</summary>
    public int Row;

    /// <summary>Its first encoding.</summary>
    public int Encoding;
}
