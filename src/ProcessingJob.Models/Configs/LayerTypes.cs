namespace ProcessingJob.Models.Configs;

/// <summary>Which layers see all keys and which a window: layer_types (transformers 5), or a rule of older configs.</summary>
static class LayerTypes
{
    public const string Full = "full_attention";

    public const string Sliding = "sliding_attention";

    /// <param name="isFull">The rule by a layer's number, for configs without layer_types.</param>
    /// <returns>Full or Sliding for each layer.</returns>
    public static IReadOnlyList<string> Of(ConfigReader config, int layers, Func<int, bool> isFull)
    {
        string[] byRule = [.. Enumerable.Range(0, layers).Select(i => isFull(i) ? Full : Sliding)];
        if (config.Texts("layer_types") is not { } types)
        {
            return byRule;
        }

        return types.Count == layers && types.All(type => type is Full or Sliding)
            ? types
            : throw config.Wrong("layer_types", $"{Full} or {Sliding} for each of {layers} layers");
    }
}
