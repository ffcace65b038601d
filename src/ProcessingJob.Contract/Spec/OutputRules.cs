namespace ProcessingJob.Contract.Spec;

/// <summary>Rules of the keys below <c>output</c>.</summary>
static class OutputRules
{
    public static IEnumerable<string> Broken(JobSpec s, TaskTraits task)
    {
        var format = s.Output.Format;
        if (s.Output.Vector == VectorKind.FixedSizeList && task.Output != TaskOutput.Vector)
        {
            yield return $"output.vector: fixed_size_list is for embeddings; task {Names.Of(s.Task)} makes none; fix: leave it out";
        }
        else if (s.Output.Vector == VectorKind.FixedSizeList && format is not (OutputFormat.Parquet or OutputFormat.Arrow))
        {
            yield return $"output.vector: {Names.Of(format)} parts have no such type; fix: leave it out, or output.format: parquet";
        }

        OutputCompression[] possible = format switch
        {
            OutputFormat.Parquet => [OutputCompression.Snappy, OutputCompression.Zstd],
            OutputFormat.Jsonl => [OutputCompression.Zstd],
            _ => [],
        };
        if (s.Output.Compression is not (OutputCompression.Auto or OutputCompression.None) && !possible.Contains(s.Output.Compression))
        {
            yield return $"output.compression: found {Names.Of(s.Output.Compression)}, but {Names.Of(format)} parts can be "
                + $"{string.Join(", ", possible.Append(OutputCompression.None).Select(Names.Of))}";
        }

        foreach (var fault in BrokenNames(s, task))
        {
            yield return fault;
        }
    }

    static IEnumerable<string> BrokenNames(JobSpec s, TaskTraits task)
    {
        IEnumerable<string> own = [.. task.Columns(s).Select(c => c.Name), .. task.MoreColumns];
        foreach (var (column, name) in s.Output.Names)
        {
            if (!own.Contains(column))
            {
                yield return $"output.names: found {column}, expected a column of task {Names.Of(s.Task)}: {string.Join(", ", own)}";
            }

            if (string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl))
            {
                yield return $"output.names: found '{name}' for {column}, expected a name for a column";
            }
        }

        if (s.Output.Names.Count == 0)
        {
            yield break;
        }

        // Task answer joins the windows of a text, and has columns of its own for the place.
        IEnumerable<(string Name, string What)> taken =
        [
            .. own.Select(column => (TaskColumns.NameOf(s, column), $"task {Names.Of(s.Task)}")),
            .. TaskColumns.Common.Select(c => (c.Name, "every output")),
            .. s.Tokens.Overflow == Overflow.Window && task.Output != TaskOutput.Spans
                ? TaskColumns.Windows.Select(c => (c.Name, "tokens.overflow: window"))
                : [],
            .. s.Input.Id is { } id ? new[] { (id, "input.id") } : [],
            .. s.Input.Keep.Where(k => k != "*" && k != s.Input.Id).Select(k => (k, "input.keep")),
        ];
        foreach (var twice in taken.GroupBy(t => t.Name).Where(g => g.Count() > 1))
        {
            yield return $"output.names: two columns would be called {twice.Key}: of {string.Join(" and of ", twice.Select(t => t.What))}";
        }
    }
}
