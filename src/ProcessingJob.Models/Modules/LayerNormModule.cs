namespace ProcessingJob.Models.Modules;

/// <summary>PyTorch's LayerNorm over the sentence embedding with eps 1e-5, whatever the transformer's own eps is.</summary>
/// <param name="Weight">[dimension]</param>
/// <param name="Bias">[dimension]</param>
public sealed record LayerNormModule(int Dimension, float[] Weight, float[] Bias) : SentenceModule
{
    public const float Epsilon = 1e-5f;

    public override string Name => "LayerNorm";

    public override string Summary => $"over {Dimension} values";

    internal static LayerNormModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var dimension = config.RequiredInt("dimension", 1);
        config.Close();
        return source.Weights(weights => new LayerNormModule(
            dimension,
            weights.Floats("norm.weight", dimension),
            weights.Floats("norm.bias", dimension)
        ));
    }
}
