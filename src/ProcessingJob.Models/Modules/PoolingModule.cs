namespace ProcessingJob.Models.Modules;

/// <summary>Token embeddings to one vector; the modes' vectors are concatenated in this order.</summary>
public sealed record PoolingModule(IReadOnlyList<PoolingMode> Modes, bool IncludePrompt) : SentenceModule
{
    /// <summary>The file that says so; null where the pooling is guessed.</summary>
    public string? File { get; init; }

    public override string Name => "Pooling";

    public override string Summary => Modes.Words() + (IncludePrompt ? "" : ", without the prompt's tokens");

    internal static PoolingModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var module = new PoolingModule(PoolingModes.Read(config), config.Flag("include_prompt") ?? true) { File = config.Path };
        // The width says nothing that the token embeddings do not say.
        config.Close("embedding_dimension", "word_embedding_dimension");
        return module;
    }
}
