using Parquet;
using Parquet.Data;
using Parquet.Meta;
using Parquet.Schema;

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
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var groupReader = reader.OpenRowGroupReader(group);
            rows += groupReader.RowCount;
            foreach (var field in fields)
            {
                using var column = await groupReader.ReadRawColumnDataBaseAsync(field, cancellationToken);
                var starts = field.MaxRepetitionLevel > 0 ? RowStarts(column.RepetitionLevels) : null;
                if (starts is not null && starts.Count != groupReader.RowCount)
                {
                    faults.Add($"column {field.Path} has {starts.Count} rows, expected {groupReader.RowCount}");
                }

                if (Name(field) == "embedding" && starts is not null)
                {
                    CheckEmbedding(column, starts, widths, faults);
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

    static void CheckEmbedding(RawColumnData column, List<int> starts, HashSet<int> widths, List<string> faults)
    {
        for (var i = 0; i < starts.Count; i++)
        {
            widths.Add((i + 1 < starts.Count ? starts[i + 1] : column.RepetitionLevels.Length) - starts[i]);
        }

        if (column is RawColumnData<float> floats && floats.Values.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) >= 0)
        {
            faults.Add("column embedding has a value that is not finite");
        }
    }

    static List<int> RowStarts(ReadOnlySpan<int> levels)
    {
        var starts = new List<int>();
        for (var i = 0; i < levels.Length; i++)
        {
            if (levels[i] == 0)
            {
                starts.Add(i);
            }
        }
        return starts;
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
