using System.Text.Json.Serialization;

namespace ProcessingJob.Contract.Columns;

/// <summary>A column that is carried through.</summary>
public sealed record KeptColumn(string Name, ColumnType Type)
{
    /// <summary>Whether its values are in the names of folders, not in the files.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsPartition { get; init; }
}
