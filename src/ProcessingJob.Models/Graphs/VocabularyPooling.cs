namespace ProcessingJob.Models.Graphs;

/// <summary>How logits of every token become one weight for each vocabulary entry (SPLADE, arxiv.org/abs/2109.10086).</summary>
/// <param name="Sum">The sum over tokens; otherwise the largest.</param>
/// <param name="DoubleLog">log(1 + log(1 + relu(x))); otherwise log(1 + relu(x)).</param>
public sealed record VocabularyPooling(bool Sum, bool DoubleLog);
