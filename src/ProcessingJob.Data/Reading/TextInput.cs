using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>Plain text: a row a line or a row a file, in one column named "text".</summary>
sealed class TextInput : RecordInput
{
    public override RecordFormat CreateFormat(string file, RowPlan plan, FileHead head, ReadOptions options)
    {
        plan.CheckFound(file, [RowPlan.TextColumn]);
        return options.Input.Rows == TextRows.File ? new TextFileFormat(plan.Names.Length) : new TextFormat(plan.Names.Length);
    }

    public override Task<FoundColumns> FindColumnsAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken) =>
        Task.FromResult(new FoundColumns([new(RowPlan.TextColumn, ColumnType.String)]));
}
