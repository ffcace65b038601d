using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Data.Outputs;

/// <summary>The task's columns in the parts of a job, under the names that output.names gave them.</summary>
sealed class PartColumns(JobSpec spec)
{
    // A kept column may have the name of another task's.
    readonly Dictionary<string, OutputColumn> _types = TaskColumns.Of(spec).ToDictionary(c => c.Name, StringComparer.Ordinal);

    /// <summary>Name of the column of embeddings; null: the task makes none.</summary>
    public string? Vector { get; } = spec.Task == TaskKind.Embed ? TaskColumns.NameOf(spec, TaskColumns.Embedding) : null;

    /// <summary>The task's column of that name; null: it is none of the task's.</summary>
    public OutputColumn? Find(string name) => _types.GetValueOrDefault(name);
}
