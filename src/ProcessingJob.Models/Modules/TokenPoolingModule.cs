namespace ProcessingJob.Models.Modules;

/// <summary>Fewer vectors a document: tokens after the first ones are clustered (Ward linkage) and each cluster becomes its mean.</summary>
/// <param name="Factor">Tokens a cluster.</param>
/// <param name="ProtectedTokens">First tokens, kept as they are.</param>
/// <param name="Tasks">query, document.</param>
public sealed record TokenPoolingModule(double Factor, int ProtectedTokens, bool Normalize, IReadOnlyList<string> Tasks) : SentenceModule
{
    public override string Name => "HierarchicalTokenPooling";

    public override string Summary => $"one vector for {Factor} tokens";

    internal static TokenPoolingModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var module = new TokenPoolingModule(
            config.Number("pool_factor") ?? throw config.Missing("pool_factor"),
            config.Int("num_protected_tokens", 0) ?? 1,
            config.Flag("normalize_embeddings") ?? false,
            config.Texts("tasks") ?? ["document"]
        );
        config.Close();
        return module;
    }
}
