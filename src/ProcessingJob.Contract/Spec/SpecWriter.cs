using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProcessingJob.Contract.Spec;

/// <summary>A spec as JSON, as a fingerprint, as a difference to another, and the JSON Schema of all specs.</summary>
public static class SpecWriter
{
    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>All keys that are set, nested by section, in the table's order. <see cref="SpecReader.Parse"/> reads it back.</summary>
    public static JsonObject ToJson(JobSpec spec) => ToJson(spec, _ => true);

    public static string ToJsonText(JobSpec spec) => ToJson(spec).ToJsonString(Indented) + "\n";

    /// <summary>The same as a launcher gives it to the hosts: with the format, which a worker reads first.</summary>
    public static string ToJobFile(JobSpec spec)
    {
        var root = ToJson(spec);
        root.Insert(0, FormatStamp.Key, JsonSerializer.SerializeToNode(FormatStamp.Current, ContractJson.Options));
        return root.ToJsonString(Indented) + "\n";
    }

    /// <summary>
    /// 16 hex digits over all keys that change what is written; equal for specs that differ only in where and how they run.
    /// </summary>
    public static string Fingerprint(JobSpec spec) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson(spec, k => k.AffectsOutput).ToJsonString())))[..16];

    /// <summary>Paths of the keys that change what is written and differ between the two specs.</summary>
    public static IReadOnlyList<string> Differences(JobSpec a, JobSpec b) =>
        [.. SpecKeys.All.Where(k => k.AffectsOutput && k.Write(a)?.ToJsonString() != k.Write(b)?.ToJsonString()).Select(k => k.Path)];

    /// <summary>JSON Schema (draft 2020-12) of <c>job.yaml</c>, for editors.</summary>
    public static string Schema()
    {
        var root = Section();
        foreach (var key in SpecKeys.All)
        {
            var dot = key.Path.IndexOf('.');
            var parent = root;
            if (dot > 0)
            {
                var properties = (JsonObject)root["properties"]!;
                var section = key.Path[..dot];
                parent = (JsonObject)(properties[section] ??= OrEmpty(Section()));
            }
            var schema = OrEmpty((JsonObject)key.Schema.DeepClone());
            if (key.Write(new JobSpec()) is { } value && value.ToString().Length > 0)
            {
                schema["default"] = value;
            }

            ((JsonObject)parent["properties"]!)[key.Path[(dot + 1)..]] = schema;
        }
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        root["title"] = "job.yaml of pjob";
        root["required"] = new JsonArray("model", "input");
        return root.ToJsonString(Indented) + "\n";
    }

    // A key without a value means its default.
    static JsonObject OrEmpty(JsonObject schema)
    {
        if (schema["enum"] is JsonArray words)
        {
            words.Add(null);
        }
        else if (schema["oneOf"] is JsonArray choices)
        {
            choices.Add(new JsonObject { ["type"] = "null" });
        }
        else if (schema["type"] is JsonArray types)
        {
            types.Add("null");
        }
        else
        {
            schema["type"] = new JsonArray(schema["type"]!.GetValue<string>(), "null");
        }

        return schema;
    }

    static JsonObject Section() =>
        new()
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(),
        };

    static JsonObject ToJson(JobSpec spec, Func<SpecKey, bool> wanted)
    {
        var root = new JsonObject();
        foreach (var key in SpecKeys.All)
        {
            if (!wanted(key) || key.Write(spec) is not { } value)
            {
                continue;
            }

            var dot = key.Path.IndexOf('.');
            if (dot < 0)
            {
                root[key.Path] = value;
            }
            else
            {
                ((JsonObject)(root[key.Path[..dot]] ??= new JsonObject()))[key.Path[(dot + 1)..]] = value;
            }
        }
        return root;
    }
}
