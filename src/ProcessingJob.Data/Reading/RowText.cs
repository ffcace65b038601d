using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProcessingJob.Data.Columns;

namespace ProcessingJob.Data.Reading;

/// <summary>A row as one line of JSON, for rejects.</summary>
static class RowText
{
    const int Limit = 4096;
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Describe(RowPlan plan, RowBlock block, int row)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            if (block.Id is { } id)
            {
                Write(json, plan.IdColumn!.Name, id, row);
            }

            for (var i = 0; i < block.Kept.Count; i++)
            {
                Write(json, plan.KeptColumns[i].Name, block.Kept[i], row);
            }

            for (var k = 0; k < block.Texts.Length; k++)
            {
                Write(json, plan.Texts[k].Length == 1 ? plan.Names[plan.Texts[k][0]] : "text", block.Texts[k], row);
            }

            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    static void Write(Utf8JsonWriter json, string name, Column column, int row)
    {
        if (row >= column.Count)
        {
            return;
        }

        json.WritePropertyName(name);
        if (column.IsNull(row))
        {
            json.WriteNullValue();
            return;
        }
        switch (column)
        {
            case StringColumn c:
                json.WriteStringValue(c[row][..Math.Min(Limit, c.Length(row))]);
                break;
            case ValueColumn<long> c:
                json.WriteNumberValue(c[row]);
                break;
            case ValueColumn<int> c:
                json.WriteNumberValue(c[row]);
                break;
            case ValueColumn<double> c when double.IsFinite(c[row]):
                json.WriteNumberValue(c[row]);
                break;
            case ValueColumn<bool> c:
                json.WriteBooleanValue(c[row]);
                break;
            case BinaryColumn c:
                json.WriteBase64StringValue(c[row][..Math.Min(Limit, c.Length(row))]);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
