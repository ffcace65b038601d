using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProcessingJob.Contract.Columns;
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
                Write(json, plan.IdColumn!, id, row);
            }

            for (var i = 0; i < block.Kept.Count; i++)
            {
                Write(json, plan.KeptColumns[i], block.Kept[i], row);
            }

            for (var k = 0; k < block.Texts.Length; k++)
            {
                var name = plan.Texts[k].Length == 1 ? plan.Names[plan.Texts[k][0]] : "text";
                if (plan.KeptColumns.All(c => c.Name != name))
                {
                    Write(json, new(name, ColumnType.String), block.Texts[k], row);
                }
            }

            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    static void Write(Utf8JsonWriter json, KeptColumn type, Column column, int row)
    {
        if (row < column.Count)
        {
            json.WritePropertyName(type.Name);
            JsonValues.Write(json, type.Type, column, row, Limit);
        }
    }
}
