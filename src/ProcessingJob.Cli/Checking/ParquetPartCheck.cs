using Parquet;
using Parquet.Meta;
using Parquet.Schema;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;

namespace ProcessingJob.Cli.Checking;

/// <summary>Reads a Parquet part: every value of every column is decoded.</summary>
static class ParquetPartCheck
{
    public static async Task<PartFacts> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var reader = await ParquetReader.CreateAsync(path, null, cancellationToken);
        var fields = reader.Schema.GetDataFields();
        var faults = new List<string>();
        var (rows, widths) = (0L, new HashSet<int>());
        await foreach (var (columns, block) in ParquetTable.ReadAsync(path, cancellationToken))
        {
            using (block)
            {
                rows += block.Count;
                var embedding = columns.Zip(block.Kept).FirstOrDefault(c => c.First.Name == "embedding").Second;
                if (embedding is ItemsColumn vectors)
                {
                    CheckEmbedding(vectors, widths, faults);
                }
            }
        }

        if (widths.Count > 1)
        {
            faults.Add($"column embedding has rows of different widths: {string.Join(", ", widths.Order())}");
        }

        var width = widths.Count == 1 ? $"[{widths.Single()}]" : "";
        var schema = string.Join(", ", fields.Select(f => $"{Name(f)} {TypeName(f)}{(Name(f) == "embedding" ? width : "")}"));
        return new(rows, fields.Select(Name).ToHashSet(), schema, faults);
    }

    static void CheckEmbedding(ItemsColumn vectors, HashSet<int> widths, List<string> faults)
    {
        for (var row = 0; row < vectors.Count; row++)
        {
            widths.Add(vectors.Length(row));
        }

        const string fault = "column embedding has a value that is not finite";
        if (
            vectors.Items is ValueColumn<float> floats
            && floats.Values.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) >= 0
            && !faults.Contains(fault)
        )
        {
            faults.Add(fault);
        }
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
