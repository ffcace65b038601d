using System.Text.Json;
using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Data.Columns;

/// <summary>
/// Values of typed columns as JSON: integers and finite floats as numbers, decimals, dates, times, timestamps and UUIDs as strings
/// (<see cref="TypedColumns.TextOf"/>), durations as counts of their unit, binary as base64, JSON as the text it is, lists as arrays,
/// structs and maps with text keys as objects, other maps as arrays of key and value; nulls and what is not finite as null.
/// </summary>
static class JsonValues
{
    /// <param name="json">Takes the value.</param>
    /// <param name="type">Of the column.</param>
    /// <param name="column">The column.</param>
    /// <param name="row">Which value.</param>
    /// <param name="limit">Characters of a text, or bytes, that are shown at most.</param>
    public static void Write(Utf8JsonWriter json, ColumnType type, Column column, int row, int limit = int.MaxValue)
    {
        if (column.IsNull(row))
        {
            json.WriteNullValue();
            return;
        }

        if (TypedColumns.TextOf(type, column, row) is { } shown)
        {
            json.WriteStringValue(shown);
            return;
        }

        switch (column)
        {
            case StringColumn c:
                json.WriteStringValue(c[row][..Math.Min(limit, c.Length(row))]);
                break;
            case BinaryColumn c:
                json.WriteBase64StringValue(c[row][..Math.Min(limit, c.Length(row))]);
                break;
            case ValueColumn<long> c:
                json.WriteNumberValue(c[row]);
                break;
            case ValueColumn<int> c:
                json.WriteNumberValue(c[row]);
                break;
            case ValueColumn<bool> c:
                json.WriteBooleanValue(c[row]);
                break;
            case ValueColumn<ulong> c:
                json.WriteNumberValue(c[row]);
                break;
            case ValueColumn<double> c when double.IsFinite(c[row]):
                json.WriteNumberValue(c[row]);
                break;
            case ValueColumn<float> c when float.IsFinite(c[row]):
                json.WriteNumberValue(c[row]);
                break;
            case ValueColumn<Half> c when Half.IsFinite(c[row]):
                // The digits of a half alone are of another number to who reads them as a double.
                json.WriteNumberValue((float)c[row]);
                break;
            case StructColumn c:
                WriteStruct(json, type, c, row, limit);
                break;
            case ItemsColumn c:
                WriteItems(json, type, c, row, limit);
                break;
            default:
                WriteInteger(json, column, row);
                break;
        }
    }

    static void WriteInteger(Utf8JsonWriter json, Column column, int row)
    {
        if (ColumnConversion.IntegerOf(column, row) is { } number)
        {
            json.WriteNumberValue((long)number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    static void WriteStruct(Utf8JsonWriter json, ColumnType type, StructColumn column, int row, int limit)
    {
        json.WriteStartObject();
        for (var f = 0; f < column.Fields.Count; f++)
        {
            json.WritePropertyName(type.Fields[f].Name);
            Write(json, type.Fields[f].Type, column.Fields[f], row, limit);
        }

        json.WriteEndObject();
    }

    static void WriteItems(Utf8JsonWriter json, ColumnType type, ItemsColumn column, int row, int limit)
    {
        var isObject = type.Kind == TypeKind.Map && type.Fields[0].Type.IsText;
        if (isObject)
        {
            json.WriteStartObject();
        }
        else
        {
            json.WriteStartArray();
        }

        var (start, end) = (column.StartOf(row), column.Ends[row]);
        for (var i = start; i < end; i++)
        {
            if (type.Kind != TypeKind.Map)
            {
                Write(json, type.Fields[0].Type, column.Items, i, limit);
                continue;
            }

            var entry = (StructColumn)column.Items;
            if (isObject)
            {
                json.WritePropertyName(((StringColumn)entry.Fields[0])[i]);
                Write(json, type.Fields[1].Type, entry.Fields[1], i, limit);
            }
            else
            {
                WriteStruct(json, type, entry, i, limit);
            }
        }

        if (isObject)
        {
            json.WriteEndObject();
        }
        else
        {
            json.WriteEndArray();
        }
    }
}
