using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Folders of a path that are columns, as Hive and Spark write them: <c>year=2024/city=S%C3%A3o%20Paulo/</c>, names and values
/// percent-encoded, <c>__HIVE_DEFAULT_PARTITION__</c> for null.
/// </summary>
static class PartitionPath
{
    const string Null = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>Names and values in the path's order.</summary>
    /// <exception cref="PJobException">Two folders have the same name.</exception>
    public static IReadOnlyList<(string Name, string? Value)> Of(string path)
    {
        var found = new List<(string Name, string? Value)>();
        foreach (var folder in path.Split('/').SkipLast(1))
        {
            if (folder.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var at))
            {
                continue;
            }

            var name = Uri.UnescapeDataString(folder[..at]);
            if (found.Exists(p => p.Name == name))
            {
                throw new PJobException($"{path}: two folders have the name '{name}'; fix: rename one", ExitCode.BadSpec);
            }

            found.Add((name, folder[(at + 1)..] is Null ? null : Uri.UnescapeDataString(folder[(at + 1)..])));
        }

        return found;
    }

    /// <summary>A file's values of the partition columns, one row a column; null for columns that are none.</summary>
    /// <param name="path">The file's.</param>
    /// <param name="columns">The job's kept columns.</param>
    /// <param name="keepsAll">Whether a folder that is none of them would be left out.</param>
    /// <exception cref="PJobException">A folder is missing, or its value is not of the column's type.</exception>
    public static Column?[] Values(string path, IReadOnlyList<KeptColumn> columns, bool keepsAll)
    {
        var folders = Of(path);
        if (keepsAll && folders.Select(f => f.Name).FirstOrDefault(name => !columns.Any(c => c.IsPartition && c.Name == name)) is { } extra)
        {
            throw new PJobException(
                $"{path}: found the folder '{extra}=…', which the job's first file does not lie in; with input.partitions and "
                    + "input.keep \"*\" all files lie in folders of the same names",
                ExitCode.BadSpec
            );
        }

        return [.. columns.Select(c => c.IsPartition ? Value(path, folders, c) : null)];
    }

    static Column Value(string path, IReadOnlyList<(string Name, string? Value)> folders, KeptColumn column)
    {
        if (folders.All(f => f.Name != column.Name))
        {
            throw new PJobException(
                $"{path}: no folder '{column.Name}=…' in its path, which is a column of the job (input.partitions); move the file, or "
                    + "leave the column out of input.keep",
                ExitCode.BadSpec
            );
        }

        var value = folders.First(f => f.Name == column.Name).Value;
        var into = TypedColumns.Create(column.Type);
        if (value is null)
        {
            into.AppendNull();
        }
        else if (into is StringColumn text)
        {
            text.Append(value);
        }
        else if (!TextValues.TryAppend(System.Text.Encoding.UTF8.GetBytes(value), column.Type, into))
        {
            throw new PJobException(
                $"{path}: the folder '{column.Name}={value}' is no {column.Type}, which input.types says; fix: input.types.{column.Name}: "
                    + "string",
                ExitCode.BadSpec
            );
        }

        return into;
    }
}
