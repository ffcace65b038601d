namespace ProcessingJob.Models.Modules;

/// <summary>A weight for each token: every distinct token of a text, without special tokens, has its own.</summary>
/// <param name="Folder">Where the tokenizer is.</param>
/// <param name="ById">A weight for each token id.</param>
public sealed record SparseStaticEmbeddingModule(string Folder, float[] ById) : SentenceModule
{
    public override string Name => "SparseStaticEmbedding";

    public override string Summary => $"weights of {ById.Length} tokens, no transformer";

    internal static SparseStaticEmbeddingModule Read(ModuleSource source)
    {
        var config = source.TryConfig("config.json");
        if (config?.Text("path") is { } path)
        {
            throw config.Refuse($"path {path}: weights in another file are not supported; fix: save the model again with its weights");
        }

        config?.Close("frozen");
        return source.Weights(weights => new SparseStaticEmbeddingModule(source.Folder, weights.Vector("weight")));
    }
}
