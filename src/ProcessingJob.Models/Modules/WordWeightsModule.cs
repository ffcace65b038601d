namespace ProcessingJob.Models.Modules;

/// <summary>
/// Multiplies every token's embedding by its weight (tf-idf, for example). The means of a Pooling after it divide by the sum of
/// the weights.
/// </summary>
/// <param name="ById">A weight for each token id.</param>
public sealed record WordWeightsModule(float[] ById) : SentenceModule
{
    public override string Name => "WordWeights";

    public override string Summary => $"of {ById.Length} tokens";

    internal static WordWeightsModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var vocabulary = config.Texts("vocab") ?? throw config.Missing("vocab");
        var weights = config.Numbers("word_weights");
        var unknown = config.Number("unknown_word_weight") ?? 1;
        config.Close();
        return new WordWeightsModule([
            .. vocabulary.Select(word =>
                (float)(
                    weights.TryGetValue(word, out var weight) || weights.TryGetValue(word.ToLowerInvariant(), out weight) ? weight : unknown
                )
            ),
        ]);
    }
}
