using System.Text.Json;

namespace ProcessingJob.Models.Configs;

/// <summary>
/// Rotary frequencies (arxiv.org/abs/2104.09864) of <c>rope_parameters</c> (transformers 5) or <c>rope_theta</c> and
/// <c>rope_scaling</c> (transformers 4). Types: default, linear, llama3, dynamic (which changes nothing up to max_position_embeddings,
/// the longest text here), and GTE's own ntk.
/// </summary>
static class Rope
{
    static readonly HashSet<string> Known =
    [
        "rope_type",
        "type",
        "rope_theta",
        "factor",
        "low_freq_factor",
        "high_freq_factor",
        "original_max_position_embeddings",
        LayerTypes.Full,
        LayerTypes.Sliding,
    ];

    /// <param name="size">Values a head; even.</param>
    /// <param name="thetaKey">Top-level key of the base, used where rope_parameters does not give it.</param>
    /// <param name="layerType">Key of rope_parameters where it differs between kinds of layers; else null.</param>
    /// <param name="scaled">False where rope_scaling is for other layers.</param>
    /// <returns>size / 2 frequencies.</returns>
    public static float[] Frequencies(
        ConfigReader config,
        int size,
        string thetaKey = "rope_theta",
        string? layerType = null,
        bool scaled = true
    )
    {
        if (size % 2 != 0)
        {
            throw config.Refuse($"heads have {size} values, rotary positions need an even number");
        }

        // Both are read even where one wins, so that neither is an unknown key.
        var (parameters, scaling) = (config.Object("rope_parameters"), config.Object("rope_scaling"));
        var topTheta = config.Positive(thetaKey);
        RequireOnePlace(config, parameters, scaling, layerType);
        if (layerType is not null && parameters?.TryGetProperty(layerType, out var own) == true && own.ValueKind == JsonValueKind.Object)
        {
            parameters = own;
        }

        RequireKnown(config, parameters);
        RequireKnown(config, scaling);
        var theta = parameters is { } p && Number(p, "rope_theta") is { } given ? given : topTheta;
        var rule =
            parameters is { } q && TypeOf(q) is not null ? q
            : scaled ? scaling
            : null;
        var inverse = Inverse(theta, size);
        if (rule is not { } r || TypeOf(r) is not { } type)
        {
            return inverse;
        }

        switch (type)
        {
            case "default" or "dynamic":
                return inverse;
            case "linear":
                var divisor = Required(config, r, "factor");
                return Array.ConvertAll(inverse, f => (float)(f / divisor));
            case "llama3":
                return Llama3(config, inverse, r);
            case "ntk" when config.ModelType == "new":
                var factor = Required(config, r, "factor");
                return Array.ConvertAll(Inverse(theta * factor, size), f => (float)(f / Math.Pow(factor, 2.0 / size)));
            default:
                throw config.Refuse($"the type of rope scaling is {type}, expected default, linear, dynamic or llama3");
        }
    }

    /// <summary>Refuses what versions of transformers read in different ways.</summary>
    static void RequireOnePlace(ConfigReader config, JsonElement? parameters, JsonElement? scaling, string? layerType)
    {
        if (parameters is not { } given || !given.EnumerateObject().MoveNext())
        {
            return;
        }

        if (scaling is { } older && older.EnumerateObject().MoveNext())
        {
            throw config.Refuse("rope_parameters and rope_scaling are both there; fix: keep the one that the model was trained with");
        }

        if (layerType is not null && given.EnumerateObject().Any(property => property.Value.ValueKind != JsonValueKind.Object))
        {
            throw config.Refuse(
                $"rope_parameters has values of its own, expected an object for {LayerTypes.Full} and one for {LayerTypes.Sliding}"
            );
        }
    }

    static float[] Inverse(double theta, int size) =>
        [.. Enumerable.Range(0, size / 2).Select(j => 1 / MathF.Pow((float)theta, 2f * j / size))];

    /// <summary>
    /// Long waves are stretched by the factor, short ones stay, those between go over smoothly (Llama 3.1's configuration).
    /// </summary>
    static float[] Llama3(ConfigReader config, float[] inverse, JsonElement rule)
    {
        var factor = Required(config, rule, "factor");
        var low = Required(config, rule, "low_freq_factor");
        var high = Required(config, rule, "high_freq_factor");
        var original = Required(config, rule, "original_max_position_embeddings");
        return Array.ConvertAll(
            inverse,
            f =>
            {
                var wave = 2 * Math.PI / f;
                if (wave > original / low)
                {
                    return (float)(f / factor);
                }

                if (wave < original / high)
                {
                    return f;
                }

                var smooth = (original / wave - low) / (high - low);
                return (float)((1 - smooth) * f / factor + smooth * f);
            }
        );
    }

    static void RequireKnown(ConfigReader config, JsonElement? rule)
    {
        foreach (var property in rule?.EnumerateObject() ?? default)
        {
            var isKnown = Known.Contains(property.Name) || property.Value.ValueKind == JsonValueKind.Null || IsOne(property);
            if (!isKnown)
            {
                throw config.Refuse($"the rope scaling has the key {property.Name}, whose effect is not known here");
            }
        }
    }

    /// <summary>A rotated part of the head that is the whole of it.</summary>
    static bool IsOne(JsonProperty property) =>
        property.Name == "partial_rotary_factor" && property.Value.ValueKind == JsonValueKind.Number && property.Value.GetDouble() == 1;

    static string? TypeOf(JsonElement rule) => Text(rule, "rope_type") ?? Text(rule, "type");

    static string? Text(JsonElement rule, string key) =>
        rule.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static double? Number(JsonElement rule, string key) =>
        rule.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() > 0
            ? value.GetDouble()
            : null;

    static double Required(ConfigReader config, JsonElement rule, string key) =>
        Number(rule, key) ?? throw config.Refuse($"the rope scaling has no {key}, or not a number above 0");
}
