using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Models.Configs;

namespace ProcessingJob.Models.Modules;

/// <summary>
/// A JSON object of a sentence-transformers folder, read strictly: <see cref="Close"/> refuses what nobody asked for, as an unknown key
/// may change vectors. A key whose value is null counts as absent.
/// </summary>
sealed class ModuleConfig
{
    readonly JsonElement _root;
    readonly string _prefix;
    readonly HashSet<string> _known = new(StringComparer.Ordinal);

    ModuleConfig(string path, string prefix, JsonElement root) => (Path, _prefix, _root) = (path, prefix, root);

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <exception cref="PJobException">Model: the file is missing or no JSON object.</exception>
    public static ModuleConfig Read(string path) =>
        TryRead(path) ?? throw ModelError.Refuse(path, "is missing, expected the configuration of a module that modules.json lists");

    /// <summary>Null where the file is not there.</summary>
    public static ModuleConfig? TryRead(string path) => ModelJson.Root(path) is { } root ? Of(path, "", root) : null;

    public string? Text(string key) =>
        Get(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Refuse(key, value, "a string");

    public bool? Flag(string key) =>
        Get(key) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Refuse(key, value, "true or false");

    public int? Int(string key, int minimum)
    {
        if (Get(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum
            ? number
            : throw Refuse(key, value, $"a whole number from {minimum}");
    }

    public int RequiredInt(string key, int minimum) => Int(key, minimum) ?? throw Missing(key);

    public double? Number(string key) =>
        Get(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()) ? value.GetDouble()
        : throw Refuse(key, value, "a number");

    /// <summary>The strings of a list; a single string counts as a list of one; null where the key is not there.</summary>
    public IReadOnlyList<string>? Texts(string key)
    {
        if (Get(key) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return [value.GetString()!];
        }

        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(v => v.GetString()!)]
            : throw Refuse(key, value, "a list of strings");
    }

    /// <summary>An object whose values are strings, in the file's order; empty where the key is not there.</summary>
    public IReadOnlyDictionary<string, string> Map(string key) =>
        Entries(key, JsonValueKind.String, "strings").ToDictionary(e => e.Name, e => e.Value.GetString()!, StringComparer.Ordinal);

    /// <summary>An object whose values are finite numbers; empty where the key is not there.</summary>
    public IReadOnlyDictionary<string, double> Numbers(string key) =>
        Entries(key, JsonValueKind.Number, "numbers").ToDictionary(e => e.Name, e => e.Value.GetDouble(), StringComparer.Ordinal);

    /// <summary>A nested object, to be closed by itself; null where the key is not there.</summary>
    public ModuleConfig? Object(string key) => Get(key) is { } value ? Of(Path, _prefix + key + ".", value) : null;

    /// <summary>Anything, for the few keys that have several forms.</summary>
    public JsonElement? Any(string key) => Get(key);

    /// <summary>Names of the keys, in the file's order.</summary>
    public IEnumerable<string> Keys => _root.EnumerateObject().Select(p => p.Name);

    /// <summary>Refuses the keys that were not asked for.</summary>
    /// <param name="harmless">Keys that do not change what a text becomes.</param>
    public void Close(params ReadOnlySpan<string> harmless)
    {
        _known.UnionWith(harmless.ToArray());
        foreach (var property in _root.EnumerateObject())
        {
            if (!_known.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null)
            {
                var nearest = Names.Nearest(property.Name, _known.Order(StringComparer.Ordinal));
                throw Refuse(
                    $"unknown key {_prefix}{property.Name}"
                        + (nearest is null ? $"; known are {string.Join(", ", _known.Order())}" : $"; did you mean {_prefix}{nearest}?")
                );
            }
        }
    }

    public PJobException Refuse(string message) => ModelError.Refuse(Path, message);

    public PJobException Refuse(string key, JsonElement found, string expected)
    {
        var raw = found.GetRawText();
        return Refuse($"{_prefix}{key} is {(raw.Length > 60 ? raw[..60] + "…" : raw)}, expected {expected}");
    }

    public PJobException Missing(string key) => Refuse($"{_prefix}{key} is missing");

    /// <param name="prefix">Before the keys in messages.</param>
    public static ModuleConfig Of(string path, string prefix, JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
            ? new ModuleConfig(path, prefix, root)
            : throw ModelError.Refuse(path, $"found {prefix}{root.ValueKind}, expected an object");

    IEnumerable<JsonProperty> Entries(string key, JsonValueKind kind, string what)
    {
        if (Get(key) is not { } value)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(p => p.Value.ValueKind == kind)
            ? value.EnumerateObject().DistinctBy(p => p.Name)
            : throw Refuse(key, value, $"an object of {what}");
    }

    JsonElement? Get(string key)
    {
        _known.Add(key);
        return _root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
