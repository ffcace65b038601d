using System.Text.Json;
using ProcessingJob.Contract;

namespace ProcessingJob.Tokenization.Loading;

/// <summary>
/// A place in a JSON file, so that an error can say where it is: values are asked for by kind, and what is missing or of another
/// kind is an error that names it.
/// </summary>
readonly struct Json(JsonElement element, string where)
{
    public JsonElement Element => element;

    public string Where => where;

    public bool IsNull => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    public bool IsArray => element.ValueKind == JsonValueKind.Array;

    public bool IsString => element.ValueKind == JsonValueKind.String;

    /// <summary>A member, null where it is absent.</summary>
    public Json this[string name] => new(IsObject && element.TryGetProperty(name, out var value) ? value : default, $"{where}.{name}");

    public string Text => IsString ? element.GetString()! : throw Expected("a string");

    public string? TextOrNull => IsNull ? null : Text;

    public int Number => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var n) ? n : throw Expected("a whole number");

    public double Real => element.ValueKind == JsonValueKind.Number ? element.GetDouble() : throw Expected("a number");

    /// <summary>A number with the last bit as Hugging Face reads it.</summary>
    public double Score =>
        element.ValueKind == JsonValueKind.Number ? Models.Score.Parse(element.GetRawText()) : throw Expected("a number");

    public bool Flag(bool fallback) =>
        element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null or JsonValueKind.Undefined => fallback,
            _ => throw Expected("true or false"),
        };

    public IEnumerable<Json> Items
    {
        get
        {
            if (!IsArray)
            {
                throw Expected("a list");
            }

            var i = 0;
            foreach (var item in element.EnumerateArray())
            {
                yield return new Json(item, $"{where}[{i++}]");
            }
        }
    }

    public IEnumerable<(string Name, Json Value)> Members
    {
        get
        {
            if (!IsObject)
            {
                throw Expected("an object");
            }

            foreach (var member in element.EnumerateObject())
            {
                yield return (member.Name, new Json(member.Value, $"{where}.{member.Name}"));
            }
        }
    }

    public PJobException Expected(string what) => Refusal.Broken(where.TrimEnd(':'), $"expected {what}, found {Found()}");

    string Found() =>
        element.ValueKind == JsonValueKind.Undefined ? "nothing"
        : element.GetRawText() is { Length: > 60 } raw ? raw[..60] + "…"
        : element.GetRawText();

    /// <summary>A file of JSON that may be absent: then everything in it is.</summary>
    public static Json ReadIfThere(string path)
    {
        if (!File.Exists(path))
        {
            return new Json(default, path);
        }

        GitLfs.RefusePointer(path);
        return Read(path);
    }

    public static Json Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return new Json(JsonDocument.Parse(stream).RootElement, path + ":");
        }
        catch (JsonException e)
        {
            throw Refusal.Broken($"{path}:{e.LineNumber + 1}", "is no JSON");
        }
    }
}
