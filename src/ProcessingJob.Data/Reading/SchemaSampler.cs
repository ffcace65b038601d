using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// Types of the id and the kept columns, for a job whose plan has no schema. Deterministic over the sampled file alone, so call it
/// on the ordinally first file: csv and tsv columns are strings unless input.types says otherwise; Parquet columns have the
/// file's types; jsonl columns have the type of all their non-null values among the first records (1,000 records or 1 MiB): int64,
/// uint64, double, bool, else string.
/// </summary>
public static class SchemaSampler
{
    /// <summary>
    /// The id first (when the spec names one), then the kept columns in the spec's order; "*" is all columns in file order.
    /// </summary>
    /// <exception cref="PJobException">A named column is missing (exit code 2: the spec is wrong), or the file cannot be read.</exception>
    public static async Task<IReadOnlyList<KeptColumn>> InferAsync(
        IByteSource source,
        InputFormat format,
        InputSpec input,
        CancellationToken cancellationToken = default
    ) => (await LookAsync(source, format, input, cancellationToken).ConfigureAwait(false)).Schema;

    /// <summary>As <see cref="InferAsync"/>, and what of the file's columns is left out or converted: code and message.</summary>
    /// <exception cref="PJobException">As <see cref="InferAsync"/>.</exception>
    public static async Task<(IReadOnlyList<KeptColumn> Schema, IReadOnlyList<(string Code, string Message)> Warnings)> LookAsync(
        IByteSource source,
        InputFormat format,
        InputSpec input,
        CancellationToken cancellationToken = default
    )
    {
        var shown = await InputReaders.Of(format).FindColumnsAsync(source, input, cancellationToken).ConfigureAwait(false);
        var folders = FoldersOf(source.Name, format, input, shown.Columns);
        var isTable = format is InputFormat.Csv or InputFormat.Tsv;
        IReadOnlyList<KeptColumn> found = [.. shown.Columns, .. folders];
        // A member absent from the first records of a jsonl file may still come, unless it is what names every row.
        var complete = shown.IsComplete && found.Count > 0;
        RefuseFolders(source.Name, input, folders);
        foreach (var text in ReadOptions.TextsOf(input).SelectMany(columns => columns))
        {
            FileColumns.CheckText(source.Name, text, Find(text, complete).Type, ExitCode.BadSpec);
            RefuseObject(source.Name, text, shown);
        }

        var schema = new List<KeptColumn>();
        if (input.Id is { } id)
        {
            schema.Add(IdType(Find(id, found.Count > 0)));
        }

        foreach (var name in input.Keep)
        {
            foreach (var column in name == "*" ? found : (IEnumerable<KeptColumn>)[Find(name, complete)])
            {
                if (!schema.Exists(c => c.Name == column.Name))
                {
                    schema.Add(column);
                }
            }
        }

        if (input.InfersTypes && schema.Find(c => (isTable || c.IsPartition) && input.Types.All(t => t.Key != c.Name)) is { } open)
        {
            throw new PJobException(
                $"input.types: infer is settled by pjob when it plans a job; a worker that is started without a plan needs the type of "
                    + $"'{open.Name}' by name (input.types: {{ {open.Name}: string }})",
                ExitCode.BadSpec
            );
        }

        var warnings = new List<(string, string)>();
        if (input.Keep.Contains("*"))
        {
            warnings.AddRange(shown.LeftOut.Select(what => ("column_left_out", $"{source.Name}: {what}: input.keep \"*\" leaves it out")));
        }

        warnings.AddRange(
            schema
                .Where(c => shown.Converted.ContainsKey(c.Name))
                .Select(c => ("column_converted", $"{source.Name}: the column '{c.Name}' is {shown.Converted[c.Name]}"))
        );
        return (schema, warnings);

        KeptColumn Find(string name, bool mustBeThere) =>
            isTable && shown.Names.Count(n => n == name) > 1
                ? throw RowPlan.Twice(source.Name, name, ExitCode.BadSpec)
                : found.Concat(shown.Inner).FirstOrDefault(c => c.Name == name)
                    ?? (
                        mustBeThere ? throw RowPlan.Missing(source.Name, name, shown.Names, ExitCode.BadSpec) : new(name, ColumnType.String)
                    );
    }

    /// <summary>The columns that the file's folders are.</summary>
    static List<KeptColumn> FoldersOf(string file, InputFormat format, InputSpec input, IReadOnlyList<KeptColumn> columns)
    {
        var folders = input.Partitions
            ? PartitionPath.Of(file).Select(f => new KeptColumn(f.Name, TypeOf(f.Name)) { IsPartition = true }).ToList()
            : [];
        if (folders.FirstOrDefault(f => columns.Any(c => c.Name == f.Name)) is { } twice)
        {
            throw new PJobException(
                $"{file}: the file has a column '{twice.Name}', and a folder has the name too; fix: rename one, or set "
                    + "input.partitions: false",
                ExitCode.BadSpec
            );
        }

        if (
            input.Partitions
            && format is not (InputFormat.Csv or InputFormat.Tsv)
            && input.Types.Select(t => t.Key).FirstOrDefault(name => name != "*" && folders.TrueForAll(f => f.Name != name)) is { } unknown
        )
        {
            throw RowPlan.Missing(file, unknown, [.. folders.Select(f => f.Name)], ExitCode.BadSpec, "input.types");
        }

        return folders;

        ColumnType TypeOf(string name) =>
            input.Types.FirstOrDefault(t => t.Key == name).Value is { } type ? ColumnType.Parse(type) : ColumnType.String;
    }

    static void RefuseObject(string file, string text, FoundColumns found)
    {
        if (found.Nested.Contains(text))
        {
            var member = found.Inner.FirstOrDefault(c => c.Name.StartsWith(text + ".", StringComparison.Ordinal) && c.Type.IsText)?.Name;
            throw new PJobException(
                $"{file}: the text column '{text}' has objects or arrays, expected string; fix: set input.text to "
                    + (member is null ? "a column of texts" : $"a member of it, such as {member}"),
                ExitCode.BadSpec
            );
        }
    }

    static void RefuseFolders(string file, InputSpec input, List<KeptColumn> folders)
    {
        foreach (var folder in folders.Where(f => f.Name == input.Id || ReadOptions.TextsOf(input).Any(text => text.Contains(f.Name))))
        {
            throw new PJobException(
                $"{file}: '{folder.Name}' is a folder's name, the same for all its rows: it can be kept, not be "
                    + $"{(folder.Name == input.Id ? "the id" : "a text")}",
                ExitCode.BadSpec
            );
        }
    }

    /// <summary>Ids are integers of any width, or texts.</summary>
    static KeptColumn IdType(KeptColumn column) =>
        column.Type.IsInteger || column.Type.Kind == TypeKind.String ? column
        : column.Type.IsNested
            ? throw new PJobException(
                $"input.id: the column '{column.Name}' has the type {column.Type}, expected numbers or texts",
                ExitCode.BadSpec
            )
        : column with { Type = ColumnType.String };
}
