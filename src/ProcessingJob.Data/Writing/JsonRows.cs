using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Writing;

/// <summary>
/// Rows as lines of JSON. Numbers have the shortest digits that read back the same; binary is base64; timestamps are ISO 8601.
/// </summary>
sealed class JsonRows : IDisposable
{
    readonly ArrayBufferWriter<byte> _lines = new(1 << 16);
    readonly Utf8JsonWriter _json;

    public JsonRows() => _json = new(_lines, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>Lines not yet taken.</summary>
    public ReadOnlyMemory<byte> Lines => _lines.WrittenMemory;

    public void Clear() => _lines.ResetWrittenCount();

    public void Add(ColumnBlock block, int row, Func<OutputColumn, bool>? include = null)
    {
        _json.Reset();
        _json.WriteStartObject();
        for (var c = 0; c < block.Columns.Count; c++)
        {
            if (include is not null && !include(block.Schema[c]))
            {
                continue;
            }

            _json.WritePropertyName(block.Schema[c].Name);
            Write(block.Schema[c], block.Columns[c], row);
        }
        _json.WriteEndObject();
        _json.Flush();
        _lines.Write("\n"u8);
    }

    public void Dispose() => _json.Dispose();

    void Write(OutputColumn type, Column column, int row)
    {
        if (column.IsNull(row))
        {
            _json.WriteNullValue();
            return;
        }
        switch (column)
        {
            case not null when type.Scalar is { } scalar:
                JsonValues.Write(_json, scalar, column, row);
                break;
            case ListColumn<float> c:
                WriteFloats(c[row], type.Kind == ColumnKind.ListFloat16);
                break;
            case ListColumn<int> c:
                WriteIntegers(c[row]);
                break;
            case ListColumn<sbyte> c:
                WriteIntegers(c[row]);
                break;
            case ListColumn<byte> c:
                WriteIntegers(c[row]);
                break;
            case StructListColumn c when type.Kind == ColumnKind.ListString:
                WriteStrings(c, row);
                break;
            case StructListColumn c:
                WriteStructs(type, c, row);
                break;
        }
    }

    void WriteFloats(ReadOnlySpan<float> values, bool half)
    {
        _json.WriteStartArray();
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                _json.WriteNullValue();
            }
            else
            {
                _json.WriteNumberValue(half ? (float)(Half)value : value);
            }
        }
        _json.WriteEndArray();
    }

    void WriteIntegers<T>(ReadOnlySpan<T> values)
        where T : struct, IConvertible
    {
        _json.WriteStartArray();
        foreach (var value in values)
        {
            _json.WriteNumberValue(value.ToInt32(null));
        }

        _json.WriteEndArray();
    }

    void WriteStrings(StructListColumn column, int row)
    {
        _json.WriteStartArray();
        for (var i = column.StartOf(row); i < column.StartOf(row) + column.Length(row); i++)
        {
            Write(OutputColumn.Element, column.Fields[0], i);
        }

        _json.WriteEndArray();
    }

    void WriteStructs(OutputColumn type, StructListColumn column, int row)
    {
        _json.WriteStartArray();
        for (var i = column.StartOf(row); i < column.StartOf(row) + column.Length(row); i++)
        {
            _json.WriteStartObject();
            for (var f = 0; f < column.Fields.Count; f++)
            {
                _json.WritePropertyName(type.Fields![f].Name);
                Write(type.Fields[f], column.Fields[f], i);
            }
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }
}
