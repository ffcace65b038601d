using System.Text.Json;
using ProcessingJob.Contract;

namespace ProcessingJob.Models.Configs;

/// <summary>A JSON object of a model folder; every complaint names the file and the key.</summary>
public sealed class ModelJson
{
    const long LargestFile = 64 << 20;

    readonly JsonElement _root;

    ModelJson(string path, JsonElement root) => (Path, _root) = (path, root);

    public string Path { get; }

    public static ModelJson Read(string path) =>
        TryRead(path)
        ?? throw ModelError.Refuse(path, $"is missing: {FolderContents.InsteadOfConfig(System.IO.Path.GetDirectoryName(path)!)}");

    /// <summary>Null where the file is not there.</summary>
    public static ModelJson? TryRead(string path)
    {
        var root = Root(path);
        if (root is null)
        {
            return null;
        }

        if (root.Value.ValueKind != JsonValueKind.Object)
        {
            throw new PJobException($"{path}: found {root.Value.ValueKind}, expected a JSON object", ExitCode.Model);
        }

        return new ModelJson(path, root.Value);
    }

    /// <summary>The root element of a JSON file, null where the file is not there.</summary>
    public static JsonElement? Root(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return null;
        }

        if (file.Length > LargestFile)
        {
            throw new PJobException($"{path}: {file.Length:N0} bytes are too many for a configuration file", ExitCode.Model);
        }

        try
        {
            var bytes = File.ReadAllBytes(path);
            if (LfsPointer.Is(bytes))
            {
                throw ModelError.Refuse(path, LfsPointer.Message);
            }

            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new PJobException($"{path}: not valid JSON: {JsonFault.Of(e)}", ExitCode.Model, e);
        }
        catch (IOException e)
        {
            throw new PJobException($"{path}: cannot be read: {FileFault.Of(e)}", ExitCode.Model, e);
        }
    }

    /// <summary>The first of the keys that is there and not null.</summary>
    public int? Int(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Get(key) is not { } value)
            {
                continue;
            }

            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
            {
                return number;
            }

            throw Refuse(key, value, "a whole number");
        }

        return null;
    }

    public string? Text(string key) =>
        Get(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Refuse(key, value, "a string");

    public bool? Flag(string key) =>
        Get(key) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Refuse(key, value, "true or false");

    /// <summary>Whether the key is there and not null.</summary>
    internal bool Has(string key) => Get(key) is not null;

    /// <summary>Whether an object has a string as the value of one of its keys, or of those of the objects in it.</summary>
    internal bool Mentions(string key, string text) => Get(key) is { } value && Mentions(value, text);

    /// <summary>The strings of a list; a single string counts as a list of one; empty where the key is not there.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        if (Get(key) is not { } value)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return [value.GetString()!];
        }

        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(v => v.GetString()!)];
        }

        throw Refuse(key, value, "a list of strings");
    }

    /// <summary>An object of whole numbers; empty where it is not there.</summary>
    public IReadOnlyDictionary<string, int> Numbers(string key)
    {
        var map = new Dictionary<string, int>(StringComparer.Ordinal);
        if (Get(key) is not { } value)
        {
            return map;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(key, value, "an object of numbers");
        }

        foreach (var property in value.EnumerateObject())
        {
            // Old files have them as texts.
            map[property.Name] = int.TryParse(property.Value.ToString(), out var number)
                ? number
                : throw Refuse(key + "." + property.Name, property.Value, "a number");
        }

        return map;
    }

    /// <summary>An object whose values are strings; empty where the key is not there.</summary>
    public IReadOnlyDictionary<string, string> Map(string key)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Get(key) is not { } value)
        {
            return map;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Refuse(key, value, "an object of strings");
        }

        foreach (var property in value.EnumerateObject())
        {
            map[property.Name] =
                property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : throw Refuse(key + "." + property.Name, property.Value, "a string");
        }

        return map;
    }

    public PJobException Refuse(string message) => new($"{Path}: {message}", ExitCode.Model);

    PJobException Refuse(string key, JsonElement found, string expected)
    {
        var raw = found.GetRawText();
        return Refuse($"{key} is {(raw.Length > 60 ? raw[..60] + "…" : raw)}, expected {expected}");
    }

    static bool Mentions(JsonElement value, string text) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.ValueEquals(text),
            JsonValueKind.Object => value.EnumerateObject().Any(property => Mentions(property.Value, text)),
            _ => false,
        };

    JsonElement? Get(string key) => _root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
