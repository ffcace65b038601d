using System.Globalization;
using System.Text.Json.Nodes;
using ProcessingJob.Contract.Values;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ProcessingJob.Contract.Spec;

/// <summary>One key of <c>job.yaml</c>: how it is read, written, described and bounded.</summary>
public sealed class SpecKey
{
    const string Auto = "auto";

    readonly Func<JobSpec, YamlNode, JobSpec> _read;
    readonly Func<JobSpec, JsonNode?> _write;

    SpecKey(
        string path,
        string help,
        bool affectsOutput,
        JsonObject schema,
        Func<JobSpec, YamlNode, JobSpec> read,
        Func<JobSpec, JsonNode?> write
    )
    {
        (Path, Help, AffectsOutput, Schema, _read, _write) = (path, help, affectsOutput, schema, read, write);
        schema["description"] = help;
    }

    /// <summary>Dotted path: <c>tokens.max_length</c>.</summary>
    public string Path { get; }
    public string Help { get; }

    /// <summary>Two specs that differ in such a key write different rows, so their outputs are never mixed.</summary>
    public bool AffectsOutput { get; }

    /// <summary>The key's part of the JSON Schema.</summary>
    public JsonObject Schema { get; }

    /// <exception cref="SpecValueException">The value is not of the key's kind or out of its bounds.</exception>
    public JobSpec Read(JobSpec spec, YamlNode value) => _read(spec, value);

    /// <summary>The value as JSON; null when it is unset.</summary>
    public JsonNode? Write(JobSpec spec) => _write(spec);

    public static SpecKey Text(
        string path,
        string help,
        Func<JobSpec, string?> get,
        Func<JobSpec, string?, JobSpec> set,
        bool output = false
    ) => new(path, help, output, Typed("string"), (s, n) => set(s, Scalar(n, "a text")), s => get(s));

    public static SpecKey Integer(
        string path,
        string help,
        int min,
        int max,
        Func<JobSpec, int?> get,
        Func<JobSpec, int, JobSpec> set,
        bool output = false
    )
    {
        var schema = Typed("integer");
        (schema["minimum"], schema["maximum"]) = (min, max);
        var expected = $"a whole number from {min} to {max}";
        return new(
            path,
            help,
            output,
            schema,
            (s, n) =>
            {
                var text = Scalar(n, expected);
                return
                    int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                    && value >= min
                    && value <= max
                    ? set(s, value)
                    : throw new SpecValueException(n, text, expected);
            },
            s => get(s)
        );
    }

    public static SpecKey Number(
        string path,
        string help,
        double min,
        double max,
        Func<JobSpec, double> get,
        Func<JobSpec, double, JobSpec> set,
        bool output = false
    )
    {
        var schema = Typed("number");
        (schema["minimum"], schema["maximum"]) = (min, max);
        return new(path, help, output, schema, (s, n) => set(s, ParseNumber(n, min, max)), s => get(s));
    }

    public static SpecKey Boolean(
        string path,
        string help,
        Func<JobSpec, bool?> get,
        Func<JobSpec, bool, JobSpec> set,
        bool output = false
    ) =>
        new(
            path,
            help,
            output,
            Typed("boolean"),
            (s, n) =>
                Scalar(n, "true or false").ToLowerInvariant() switch
                {
                    "true" or "yes" or "on" => set(s, true),
                    "false" or "no" or "off" => set(s, false),
                    var text => throw new SpecValueException(n, text, "true or false"),
                },
            s => get(s)
        );

    public static SpecKey Choice<T>(string path, string help, Func<JobSpec, T> get, Func<JobSpec, T, JobSpec> set, bool output = false)
        where T : struct, Enum
    {
        var schema = new JsonObject { ["enum"] = new JsonArray([.. Names.All<T>().Select(v => (JsonNode)v)]) };
        // YAML reads true and false as booleans, so an editor must allow both spellings.
        if (typeof(T) == typeof(Toggle))
        {
            schema["enum"] = new JsonArray("auto", true, false);
        }

        var expected = string.Join(" | ", Names.All<T>());
        return new(
            path,
            help,
            output,
            schema,
            (s, n) =>
            {
                var text = Scalar(n, expected);
                return Names.TryParse<T>(text) is { } value
                    ? set(s, value)
                    : throw new SpecValueException(n, text, expected, Names.Nearest(text, Names.All<T>()));
            },
            s => Names.Of(get(s))
        );
    }

    public static SpecKey Duration(
        string path,
        string help,
        TimeSpan min,
        TimeSpan max,
        Func<JobSpec, TimeSpan> get,
        Func<JobSpec, TimeSpan, JobSpec> set
    ) =>
        new(
            path,
            help,
            false,
            new JsonObject { ["type"] = new JsonArray("string", "integer"), ["pattern"] = "^([0-9]+[dhms]?)+$" },
            (s, n) =>
            {
                var expected = $"a time such as 90m or 4h, from {Durations.Format(min)} to {Durations.Format(max)}";
                var text = Scalar(n, expected);
                return Durations.TryParse(text, out var value) && value >= min && value <= max
                    ? set(s, value)
                    : throw new SpecValueException(n, text, expected);
            },
            s => Durations.Format(get(s))
        );

    /// <summary>An amount of memory, or auto (null).</summary>
    public static SpecKey Memory(string path, string help, long min, Func<JobSpec, long?> get, Func<JobSpec, long?, JobSpec> set) =>
        new(
            path,
            help,
            false,
            new JsonObject { ["type"] = "string", ["pattern"] = "^(auto|[0-9.]+ *[mMgG][iI]?[bB])$" },
            (s, n) =>
            {
                var expected = $"auto, or a size such as 800MB or 2GB, at least {MemorySizes.Format(min)}";
                var text = Scalar(n, expected);
                return text == Auto ? set(s, null)
                    : MemorySizes.TryParse(text, out var bytes) && bytes >= min ? set(s, bytes)
                    : throw new SpecValueException(n, text, expected);
            },
            s => get(s) is { } bytes ? MemorySizes.Format(bytes) : Auto
        );

    /// <summary>A list of texts; a single text stands for a list of one.</summary>
    public static SpecKey List(
        string path,
        string help,
        Func<JobSpec, ValueList<string>> get,
        Func<JobSpec, ValueList<string>, JobSpec> set,
        bool output = false
    )
    {
        var schema = new JsonObject
        {
            ["oneOf"] = new JsonArray(Typed("string"), new JsonObject { ["type"] = "array", ["items"] = Typed("string") }),
        };
        return new(
            path,
            help,
            output,
            schema,
            (s, n) =>
                set(
                    s,
                    n is YamlSequenceNode list
                        ? [.. list.Children.Select(item => Scalar(item, "a text"))]
                        : [Scalar(n, "a text or a list of texts")]
                ),
            s => get(s) is { Count: > 0 } items ? new JsonArray([.. items.Select(i => (JsonNode)i)]) : null
        );
    }

    /// <summary>Names with texts.</summary>
    /// <param name="forAll">The one text that may stand alone, for { "*": text }.</param>
    public static SpecKey Texts(
        string path,
        string help,
        Func<JobSpec, ValueMap<string>> get,
        Func<JobSpec, ValueMap<string>, JobSpec> set,
        bool output = false,
        string? forAll = null
    )
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
        };
        return new(
            path,
            help,
            output,
            forAll is null ? schema : new JsonObject { ["oneOf"] = new JsonArray(schema, new JsonObject { ["const"] = forAll }) },
            (s, n) =>
                set(
                    s,
                    forAll is not null && n is YamlScalarNode { Value: { } text } && text == forAll
                        ? [KeyValuePair.Create("*", forAll)]
                        : [.. Entries(n).Select(e => KeyValuePair.Create(e.Key, Scalar(e.Value, "a text")))]
                ),
            s => Object(get(s), v => v)
        );
    }

    public static SpecKey Numbers(
        string path,
        string help,
        double min,
        double max,
        Func<JobSpec, ValueMap<double>> get,
        Func<JobSpec, ValueMap<double>, JobSpec> set,
        bool output = false
    ) =>
        new(
            path,
            help,
            output,
            new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = new JsonObject
                {
                    ["type"] = "number",
                    ["minimum"] = min,
                    ["maximum"] = max,
                },
            },
            (s, n) => set(s, [.. Entries(n).Select(e => KeyValuePair.Create(e.Key, ParseNumber(e.Value, min, max)))]),
            s => Object(get(s), v => v)
        );

    static JsonObject Typed(string type) => new() { ["type"] = type };

    static double ParseNumber(YamlNode node, double min, double max)
    {
        var expected = $"a number from {min} to {max}";
        var text = Scalar(node, expected);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new SpecValueException(node, text, expected);
    }

    static JsonObject? Object<T>(ValueMap<T> map, Func<T, JsonNode?> value) =>
        map.Count == 0 ? null : new JsonObject(map.Select(e => KeyValuePair.Create(e.Key, value(e.Value))));

    static IEnumerable<KeyValuePair<string, YamlNode>> Entries(YamlNode node) =>
        node is YamlMappingNode map
            ? map.Children.Select(e => KeyValuePair.Create(Scalar(e.Key, "a name"), e.Value))
            : throw new SpecValueException(node, Describe(node), "names with values");

    static string Scalar(YamlNode node, string expected) =>
        node is YamlScalarNode { Value: { } text } ? text : throw new SpecValueException(node, Describe(node), expected);

    static string Describe(YamlNode node) =>
        node switch
        {
            YamlSequenceNode => "a list",
            YamlMappingNode => "a section",
            YamlScalarNode { Value: { } text } => text,
            _ => "nothing",
        };
}

/// <summary>A value that its key cannot take; the reader adds file and key.</summary>
public sealed class SpecValueException(YamlNode node, string found, string expected, string? nearest = null)
    : Exception(
        $"found {(found.Length == 0 ? "nothing" : $"'{found}'")}, expected "
            + $"{expected}{(nearest is null ? "" : $" (did you mean '{nearest}'?)")}"
    )
{
    public Mark At { get; } = node.Start;
}
