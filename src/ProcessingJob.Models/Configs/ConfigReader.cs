using System.Text.Json;
using ProcessingJob.Contract;

namespace ProcessingJob.Models.Configs;

/// <summary>
/// The keys of one config.json. Every key that is read counts as known; a key that is absent has the family's default
/// (<see cref="ConfigDefaults"/>), a null is not absent. Every complaint names the file, the key, what was found and what was expected.
/// </summary>
sealed class ConfigReader
{
    const long LargestFile = 64 << 20;

    /// <summary>More than any model has of anything: layers, heads, widths, vocabulary.</summary>
    const int LargestSize = 1 << 24;

    readonly JsonElement _root;
    readonly JsonElement _defaults;
    readonly HashSet<string> _known = new(StringComparer.Ordinal) { "model_type" };

    ConfigReader(string path, JsonElement root)
    {
        (Path, _root) = (path, root);
        ModelType =
            root.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String
                ? type.GetString()!
                : throw Refuse("model_type is missing, expected the name of a family such as \"bert\"");
        _defaults = ConfigDefaults.Of(ModelType);
    }

    public string Path { get; }

    public string ModelType { get; }

    /// <summary>Reads <c>config.json</c> of a model folder.</summary>
    /// <exception cref="PJobException">Model: the file is missing or no JSON object with a model_type.</exception>
    public static ConfigReader Read(string folder)
    {
        var path = System.IO.Path.Combine(folder, "config.json");
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw ModelError.Refuse(path, $"is missing: {FolderContents.InsteadOfConfig(folder)}");
        }

        if (file.Length > LargestFile)
        {
            throw ModelError.Refuse(path, $"{file.Length:N0} bytes are too many for a configuration file");
        }

        try
        {
            return Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ModelError.Refuse(path, $"cannot be read: {FileFault.Of(e)}", e);
        }
    }

    public static ConfigReader Parse(string path, byte[] json)
    {
        if (LfsPointer.Is(json))
        {
            throw ModelError.Refuse(path, LfsPointer.Message);
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ConfigReader(path, document.RootElement.Clone())
                : throw ModelError.Refuse(path, $"found a JSON {document.RootElement.ValueKind}, expected an object");
        }
        catch (JsonException e)
        {
            throw ModelError.Refuse(path, $"is not valid JSON: {JsonFault.Of(e)}", e);
        }
    }

    /// <summary>True where the key is in the file and not null.</summary>
    public bool Has(string key) => Find(key, withDefault: false) is not null;

    /// <summary>A size: 1 to 2^24.</summary>
    public int Size(string key) => SizeOrNull(key) ?? throw Refuse($"{key} is missing or null, expected a whole number");

    /// <summary>Null where the key is null, or is absent and has no default.</summary>
    public int? SizeOrNull(string key) =>
        IntOrNull(key) is not { } value ? null
        : value is >= 1 and <= LargestSize ? value
        : throw Wrong(key, $"1 to {LargestSize:N0}");

    /// <summary>How many there are of something that may be left out: 0 to 2^24.</summary>
    public int Count(string key) => Int(key) is >= 0 and <= LargestSize and var value ? value : throw Wrong(key, $"0 to {LargestSize:N0}");

    public int Int(string key) => IntOrNull(key) ?? throw Refuse($"{key} is missing or null, expected a whole number");

    public int? IntOrNull(string key) =>
        Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : throw Wrong(key, "a whole number");

    /// <summary>What a norm adds to the variance: above 0, below 1.</summary>
    public double Epsilon(string key) => Positive(key) is < 1 and var value ? value : throw Wrong(key, "a number between 0 and 1");

    /// <summary>The id of a token: at least 0.</summary>
    public int TokenId(string key) => IntOrNull(key) is >= 0 and var id ? id : throw Wrong(key, "a token id of at least 0");

    /// <summary>A finite number above 0, such as a rotary base.</summary>
    public double Positive(string key) =>
        Find(key) is { ValueKind: JsonValueKind.Number } value && value.GetDouble() is > 0 and <= float.MaxValue and var number
            ? number
            : throw Wrong(key, "a number above 0");

    public bool Flag(string key) =>
        Find(key) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value
            ? value.GetBoolean()
            : throw Wrong(key, "true or false");

    public string Text(string key) => TextOrNull(key) ?? throw Wrong(key, "a string");

    public string? TextOrNull(string key) =>
        Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Wrong(key, "a string");

    /// <summary>One of the names; anything else is refused.</summary>
    public string OneOf(string key, params ReadOnlySpan<string> names)
    {
        var text = Text(key);
        return names.Contains(text) ? text : throw Wrong(key, string.Join(" or ", names.ToArray()));
    }

    /// <summary>A list of strings; null where the key is null, or absent without a default.</summary>
    public IReadOnlyList<string>? Texts(string key) =>
        Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(v => v.GetString()!)]
        : throw Wrong(key, "a list of strings");

    public JsonElement? Object(string key) =>
        Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? value
        : throw Wrong(key, "an object");

    /// <summary>The raw value, also of another kind than other models have; null where it is null or absent.</summary>
    public JsonElement? Raw(string key) => Find(key);

    /// <summary>An activation by the name that transformers gives it.</summary>
    public Activation Activation(string key) =>
        ActivationNamed(Text(key)) ?? throw Wrong(key, "gelu, gelu_new, gelu_pytorch_tanh, relu, silu, quick_gelu or tanh");

    public static Activation? ActivationNamed(string name) =>
        name switch
        {
            "gelu" or "gelu_python" => Configs.Activation.Gelu,
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Configs.Activation.GeluTanh,
            "relu" => Configs.Activation.Relu,
            "silu" or "swish" => Configs.Activation.Silu,
            "quick_gelu" => Configs.Activation.QuickGelu,
            "tanh" => Configs.Activation.Tanh,
            _ => null,
        };

    /// <summary>Refuses a key whose value this product does not implement: it may be absent, null, or exactly this.</summary>
    public void Require(string key, string expected, string reason)
    {
        if (Find(key, withDefault: false) is { } value && !Is(value, expected))
        {
            throw Refuse($"{key} is {Shown(value)}, expected {expected}: {reason}");
        }
    }

    /// <summary>Keys that published files of the family have and transformers' code for it does not read, or not for an encoder.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _known.Add(key);
        }
    }

    /// <summary>Heads that divide the width evenly.</summary>
    public int Heads(string key, int width)
    {
        var heads = Size(key);
        return width % heads == 0 ? heads : throw Refuse($"{key} is {heads}, which does not divide the width {width}");
    }

    /// <summary>
    /// Keys that nobody read, that are not on the list of harmless ones, and whose value is not null, false, zero or empty.
    /// </summary>
    public IReadOnlyList<string> UnknownKeys =>
        [
            .. _root
                .EnumerateObject()
                .Where(p => !_known.Contains(p.Name) && !HarmlessKeys.Contains(p.Name) && !IsNothing(p.Value))
                .Select(p => p.Name)
                .Order(StringComparer.Ordinal),
        ];

    public PJobException Refuse(string message) => ModelError.Refuse(Path, message);

    /// <summary>The refusal of a key's value.</summary>
    public PJobException Wrong(string key, string expected) =>
        Refuse($"{key} is {(_root.TryGetProperty(key, out var value) ? Shown(value) : "missing")}, expected {expected}");

    JsonElement? Find(string key, bool withDefault = true)
    {
        _known.Add(key);
        if (_root.TryGetProperty(key, out var value))
        {
            return value.ValueKind == JsonValueKind.Null ? null : value;
        }

        return withDefault && _defaults.TryGetProperty(key, out var fallback) ? fallback : null;
    }

    static bool Is(JsonElement value, string expected) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() == expected,
            JsonValueKind.Number => double.TryParse(expected, out var number) && value.GetDouble() == number,
            JsonValueKind.Array or JsonValueKind.Object when expected is "[]" or "{}" => IsNothing(value),
            _ => value.GetRawText() == expected,
        };

    static bool IsNothing(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => true,
            JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
            JsonValueKind.String => value.GetString() is "",
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => !value.EnumerateObject().MoveNext(),
            _ => false,
        };

    static string Shown(JsonElement value)
    {
        var raw = string.Join(' ', value.GetRawText().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return raw.Length > 60 ? raw[..60] + "…" : raw;
    }
}
