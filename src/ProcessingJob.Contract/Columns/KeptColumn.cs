namespace ProcessingJob.Contract.Columns;

/// <summary>A column that is carried through.</summary>
public sealed record KeptColumn(string Name, ColumnType Type);
