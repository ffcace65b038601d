namespace ProcessingJob.Contract.Spec;

/// <summary>The table of tasks: a new one is a line here, one in <see cref="TaskKind"/>, and a file beside <see cref="Embed"/>.</summary>
public static class TaskTable
{
    public static IReadOnlyList<TaskTraits> All { get; } = [.. Enum.GetValues<TaskKind>().Select(Of)];

    public static TaskTraits Of(TaskKind kind) =>
        kind switch
        {
            TaskKind.Embed => Embed.Traits,
            TaskKind.Sparse => Sparse.Traits,
            TaskKind.Multivector => Multivector.Traits,
            TaskKind.Classify => Classify.Traits,
            TaskKind.Tag => Tag.Traits,
            TaskKind.Rerank => Rerank.Traits,
            TaskKind.Answer => Answer.Traits,
            TaskKind.Tokenize => Tokenize.Traits,
        };
}
