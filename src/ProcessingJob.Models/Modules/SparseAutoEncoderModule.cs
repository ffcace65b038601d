namespace ProcessingJob.Models.Modules;

/// <summary>relu of the <paramref name="K"/> largest of (x - preBias) · encoderᵀ + latentBias (CSR, arxiv.org/abs/2503.01776).</summary>
/// <param name="Normalize">Standardises x first: by its mean and its deviation over n - 1, plus 1e-5.</param>
/// <param name="Encoder">[hidden, inputs]</param>
/// <param name="PreBias">[inputs]</param>
/// <param name="LatentBias">[hidden]</param>
public sealed record SparseAutoEncoderModule(
    int Inputs,
    int Hidden,
    int K,
    bool Normalize,
    float[] Encoder,
    float[] PreBias,
    float[] LatentBias
) : SentenceModule
{
    public override string Name => "SparseAutoEncoder";

    public override string Summary => $"{Inputs} -> {K} of {Hidden}";

    internal static SparseAutoEncoderModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var inputs = config.RequiredInt("input_dim", 1);
        var hidden = config.Int("hidden_dim", 1) ?? 512;
        var k = config.Int("k", 1) ?? 8;
        var normalize = config.Flag("normalize") ?? false;
        config.Close("k_aux", "dead_threshold");
        return source.Weights(weights =>
        {
            // Which of the tied pair a file names depends on the version that wrote it.
            var encoder = weights.Has("encoder.weight") ? "encoder.weight" : "decoder.linear.weight";
            weights.Ignore("decoder.linear.weight");
            weights.Ignore("stats_last_nonzero");
            return new SparseAutoEncoderModule(
                inputs,
                hidden,
                k,
                normalize,
                weights.Floats(encoder, hidden, inputs),
                weights.Floats("pre_bias", inputs),
                weights.Floats("latent_bias", hidden)
            );
        });
    }
}
