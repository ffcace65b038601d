using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace ProcessingJob.Cli.Checking;

/// <summary>Reads a Parquet part: every value of every column is decoded.</summary>
static class ParquetPart
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
        var schema = string.Join(", ", fields.Select(f => $"{Name(f)} {TypeName(f.ClrType)}{(Name(f) == "embedding" ? width : "")}"));
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

    // Parquet's names of types, which the user can look up, not .NET's.
    static string TypeName(Type type) =>
        type == typeof(ReadOnlyMemory<char>) ? "string"
        : type == typeof(ReadOnlyMemory<byte>) || type == typeof(byte[]) ? "binary"
        : Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "boolean",
            TypeCode.SByte => "int8",
            TypeCode.Byte => "uint8",
            TypeCode.Int16 => "int16",
            TypeCode.UInt16 => "uint16",
            TypeCode.Int32 => "int32",
            TypeCode.UInt32 => "uint32",
            TypeCode.Int64 => "int64",
            TypeCode.UInt64 => "uint64",
            TypeCode.Single => "float",
            TypeCode.Double => "double",
            TypeCode.Decimal => "decimal",
            TypeCode.DateTime => "timestamp",
            TypeCode.String => "string",
            _ => type.Name,
        };

    // A list's values lie at name/list/element.
    static string Name(DataField field) => field.Path.ToString().Split('/')[0];
}
