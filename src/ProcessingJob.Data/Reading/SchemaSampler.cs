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
        var found = shown.Columns;
        // A member absent from the first records of a jsonl file may still come, unless it is what names every row.
        var complete = shown.IsComplete && found.Count > 0;
        foreach (var text in ReadOptions.TextsOf(input).SelectMany(columns => columns))
        {
            ParquetInput.CheckText(source.Name, text, Find(text, complete).Type, ExitCode.BadSpec);
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
        var warnings = new List<(string, string)>();
        if (input.Keep.Contains("*"))
        {
            warnings.AddRange(
                shown.LeftOut.Select(name =>
                    ("column_left_out", $"{source.Name}: the column '{name}' is left out: it has a type that no output can hold")
                )
            );
        }

        warnings.AddRange(
            schema
                .Where(c => shown.Converted.ContainsKey(c.Name))
                .Select(c => ("column_converted", $"{source.Name}: the column '{c.Name}' is {shown.Converted[c.Name]}"))
        );
        return (schema, warnings);

        KeptColumn Find(string name, bool mustBeThere) =>
            found.Concat(shown.Inner).FirstOrDefault(c => c.Name == name)
            ?? (mustBeThere ? throw RowPlan.Missing(source.Name, name, shown.Names, ExitCode.BadSpec) : new(name, ColumnType.String));
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
