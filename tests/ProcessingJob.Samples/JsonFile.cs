using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProcessingJob.Samples;

/// <summary>Writes JSON files the way Hugging Face's libraries do: indented, everything but quotes and controls as itself.</summary>
static class JsonFile
{
    static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string path, JsonNode json)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, json.ToJsonString(Options) + "\n");
    }

    /// <summary>One line of jsonl.</summary>
    public static string Line(JsonObject json) => json.ToJsonString(Compact) + "\n";
}
