namespace ProcessingJob.Models.Modules;

/// <summary>Vocabulary logits of every token to one weight for each vocabulary entry (arxiv.org/abs/2109.10086).</summary>
/// <param name="Sum">The sum over tokens; otherwise the largest.</param>
/// <param name="DoubleLog">log(1 + log(1 + relu(x))); otherwise log(1 + relu(x)).</param>
public sealed record SpladePoolingModule(bool Sum, bool DoubleLog) : SentenceModule
{
    public override string Name => "SpladePooling";

    public override string Summary => $"{(Sum ? "sum" : "max")} of {(DoubleLog ? "log1p(log1p(relu))" : "log1p(relu)")}";

    internal static SpladePoolingModule Read(ModuleSource source)
    {
        var config = source.Config("config.json");
        var strategy = config.Text("pooling_strategy") ?? "max";
        var activation = config.Text("activation_function") ?? "relu";
        // chunk_size only bounds memory in training.
        config.Close("embedding_dimension", "word_embedding_dimension", "chunk_size");
        return (strategy, activation) switch
        {
            ("max" or "sum", "relu" or "log1p_relu") => new SpladePoolingModule(strategy == "sum", activation == "log1p_relu"),
            ("max" or "sum", _) => throw config.Refuse($"activation_function is {activation}, expected relu or log1p_relu"),
            _ => throw config.Refuse($"pooling_strategy is {strategy}, expected max or sum"),
        };
    }
}
