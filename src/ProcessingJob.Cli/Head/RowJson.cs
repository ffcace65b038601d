using System.Text.Json.Nodes;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Outputs;

namespace ProcessingJob.Cli.Head;

/// <summary>A row of an output as JSON, its embedding as it is stored.</summary>
static class RowJson
{
    public static JsonObject Of(PartRows rows, int row, JobSpec spec)
    {
        var json = new JsonObject();
        foreach (var (name, values) in rows.Columns)
        {
            json[name] = Node(values[row]);
        }

        if (rows.Width > 0)
        {
            json[TaskColumns.NameOf(spec, TaskColumns.Embedding)] = List(rows.Vector(row).ToArray());
        }

        return json;
    }

    static JsonNode? Node(object? value) =>
        value switch
        {
            null => null,
            string text => JsonValue.Create(text),
            double number when !double.IsFinite(number) => null,
            byte[] bytes => Convert.ToBase64String(bytes),
            float[] list => new JsonArray([.. list.Select(v => float.IsFinite(v) ? (JsonNode?)v : null)]),
            int[] list => List(list),
            sbyte[] list => List(list),
            string[] list => List(list),
            Array list => new JsonArray([.. list.Cast<object?>().Select(Node)]),
            IReadOnlyDictionary<string, object?> fields => new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, Node(f.Value)))),
            _ => JsonValue.Create(value),
        };

    static JsonArray List<T>(T[] values) => new([.. values.Select(v => (JsonNode?)JsonValue.Create(v))]);
}
