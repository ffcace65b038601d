using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Worker.Stages;

/// <summary>What the writer gets: rows and rejects of one block, or the end of a unit. Reused.</summary>
sealed class FinishedBlock(IReadOnlyList<OutputColumn> columns) : IDisposable
{
    public UnitRun Unit { get; set; } = null!;
    public ColumnBlock Rows { get; } = new(columns);
    public List<Reject> Rejects { get; } = [];
    public bool EndOfUnit { get; set; }
    public long RecordsIn { get; set; }
    public long RowsKept { get; set; }
    public long Tokens { get; set; }
    public long Truncated { get; set; }
    public long SourceBytes { get; set; }

    public void Clear()
    {
        Rows.Clear();
        Rejects.Clear();
        (EndOfUnit, RecordsIn, RowsKept, Tokens, Truncated, SourceBytes) = (false, 0, 0, 0, 0, 0);
    }

    public void Dispose() => Rows.Dispose();
}
