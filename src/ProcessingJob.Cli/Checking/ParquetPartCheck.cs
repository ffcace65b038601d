using Parquet;
using Parquet.Meta;
using Parquet.Schema;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Checking;

/// <summary>Reads a Parquet part: every value of every column is decoded.</summary>
static class ParquetPartCheck
{
    /// <param name="path">The part.</param>
    /// <param name="vector">Name of the column of embeddings; null: the task makes none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<PartFacts> ReadAsync(string path, string? vector, CancellationToken cancellationToken)
    {
        await using var reader = await ParquetReader.CreateAsync(path, null, cancellationToken);
        var fields = reader.Schema.GetDataFields();
        var (rows, vectors) = (0L, new VectorCheck(vector));
        await foreach (var table in PartTable.ReadAsync(path, cancellationToken))
        {
            using (table)
            {
                rows += table.Count;
                vectors.Add(table);
            }
        }

        var schema = string.Join(", ", fields.Select(f => $"{Name(f)} {TypeName(f)}{(Name(f) == vector ? vectors.Width : "")}"));
        return new(rows, fields.Select(Name).ToHashSet(), schema, vectors.Faults);
    }

    // As Parquet names types, not as .NET holds them.
    static string TypeName(DataField field)
    {
        var element = field.SchemaElement!;
        var name = element.LogicalType switch
        {
            { STRING: not null } => "string",
            { DATE: not null } => "date",
            { TIMESTAMP: not null } => "timestamp",
            { INTEGER: { } integer } => $"{(integer.IsSigned ? "" : "u")}int{integer.BitWidth}",
            _ => element.ConvertedType switch
            {
                ConvertedType.UTF8 => "string",
                { } converted => converted.ToString().ToLowerInvariant().Replace("_", "", StringComparison.Ordinal),
                null => element.Type.ToString()!.ToLowerInvariant(),
            },
        };
        return field.MaxRepetitionLevel > 0 ? $"list of {name}" : name;
    }

    // A list's values lie at name/list/element.
    static string Name(DataField field) => field.Path.ToString().Split('/')[0];
}
