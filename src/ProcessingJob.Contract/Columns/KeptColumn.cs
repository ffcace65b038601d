namespace ProcessingJob.Contract.Columns;

/// <summary>A column that is carried through.</summary>
public sealed record KeptColumn(string Name, ColumnType Type);

/// <summary>Types of kept columns; csv columns are always text.</summary>
public enum ColumnType
{
    String,
    Int64,
    Double,
    Bool,
    Timestamp,
    Date,
    Binary,
}
