using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>A column of a Parquet or Arrow file, or one inside a structure.</summary>
/// <param name="Parts">Names of the fields that lead to it; one for a column of the file itself.</param>
/// <param name="Top">Index of the file's own column that it is or lies in.</param>
/// <param name="Type">Null for what no column of an output can hold.</param>
/// <param name="Leaves">Parquet: indexes of the physical columns it is read from.</param>
sealed record FileColumn(string[] Parts, int Top, ColumnType? Type, int[] Leaves)
{
    /// <summary>Its path, with dots.</summary>
    public string Name { get; } = string.Join('.', Parts);

    /// <summary>How the type differs from the file's; null: it does not.</summary>
    public string? Converted { get; init; }

    public bool IsTop => Parts.Length == 1;
}
