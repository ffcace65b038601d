using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Contract.Spec;

/// <summary>The columns of a part file beside the id and the kept ones, as output.names calls them.</summary>
public static class TaskColumns
{
    /// <summary>The column that holds the vectors of task embed.</summary>
    public const string Embedding = "embedding";

    /// <summary>After the task's: how many tokens, whether some were cut off, and where the row is from.</summary>
    public static IReadOnlyList<OutputColumn> Common { get; } =
    [
        new("token_count", ColumnKind.Int32),
        new("truncated", ColumnKind.Bool),
        new("source_file", ColumnKind.String),
        new("source_row", ColumnKind.Int64),
    ];

    /// <summary>After these, where a text gives several rows: which piece, and where it lies in the text, in code points.</summary>
    public static IReadOnlyList<OutputColumn> Windows { get; } =
    [new("window", ColumnKind.Int32), new("start", ColumnKind.Int32), new("end", ColumnKind.Int32)];

    /// <summary>The task's columns that every part has.</summary>
    public static IReadOnlyList<OutputColumn> Of(JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return [.. TaskTable.Of(spec.Task).Columns(spec).Select(column => column with { Name = NameOf(spec, column.Name) })];
    }

    /// <summary>What a column of the task is called in the part files.</summary>
    public static string NameOf(JobSpec spec, string column)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Output.Names.FirstOrDefault(name => name.Key == column).Value ?? column;
    }
}
