namespace ProcessingJob.Models.Modules;

/// <summary>
/// Token embeddings as a weighted mean of the hidden states from <paramref name="FirstLayer"/> (0: the embeddings) to the last.
/// </summary>
/// <param name="Weights">One for each of those hidden states; divided by their sum.</param>
public sealed record WeightedLayerPoolingModule(int FirstLayer, float[] Weights) : SentenceModule
{
    public override string Name => "WeightedLayerPooling";

    public override string Summary => $"of layers {FirstLayer} to {FirstLayer + Weights.Length - 1}";

    internal static WeightedLayerPoolingModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var first = config.Int("layer_start", 0) ?? 4;
        var layers = config.Int("num_hidden_layers", 1) ?? 12;
        config.Close("embedding_dimension", "word_embedding_dimension");
        return first <= layers
            ? source.Weights(weights => new WeightedLayerPoolingModule(first, weights.Floats("layer_weights", layers + 1 - first)))
            : throw config.Refuse($"layer_start is {first}, expected at most num_hidden_layers, {layers}");
    }
}
