namespace ProcessingJob.Models.Graphs;

/// <summary>Which operators a graph is made of; the numbers agree to float32 rounding.</summary>
public enum GraphForm
{
    /// <summary>Operators of ONNX alone (opset 20): for the CPU, and for other runtimes.</summary>
    Plain,

    /// <summary>
    /// Operators that ONNX Runtime has fused CUDA kernels for (opset 24 and com.microsoft). Reads the length of a text as the sum of its
    /// attention_mask, and causal models read no mask at all: batches must be padded on the right.
    /// </summary>
    Fused,
}

/// <summary>Type of the weights and of what flows between layers; outputs are float32 always.</summary>
public enum GraphPrecision
{
    Float32,

    /// <summary>Classifiers, poolers and the residual stream of models with RMS norms stay in float32.</summary>
    Float16,
}

/// <summary>What a graph computes from the last hidden state.</summary>
public enum GraphHead
{
    /// <summary>As the first of the config's <c>architectures</c> says; None where it names no head.</summary>
    Auto,

    /// <summary>last_hidden_state [b, s, hidden].</summary>
    None,

    /// <summary>logits [b, labels].</summary>
    SequenceClassification,

    /// <summary>logits [b, s, labels].</summary>
    TokenClassification,

    /// <summary>start_logits and end_logits, [b, s] each.</summary>
    QuestionAnswering,

    /// <summary>logits [b, s, vocabulary].</summary>
    MaskedLanguageModel,

    /// <summary>sparse_embedding [b, vocabulary]: a masked language model's logits, pooled over the tokens.</summary>
    VocabularyWeights,

    /// <summary>logits [b, 1]: of a causal language model at the last token, one vocabulary entry's less another's.</summary>
    LogitScore,
}

public sealed record GraphOptions
{
    public GraphForm Form { get; init; } = GraphForm.Plain;

    public GraphPrecision Precision { get; init; } = GraphPrecision.Float32;

    public GraphHead Head { get; init; } = GraphHead.Auto;

    /// <summary>
    /// Adds what transformers calls pooler_output [b, hidden] beside last_hidden_state: of families that have a pooler
    /// (BERT's tanh, CLIP's end-of-text token), else refused.
    /// </summary>
    public bool Pooler { get; init; }

    /// <summary>
    /// For graphs without a head: the output is weighted_hidden_states [b, s, hidden], the weighted sum of these hidden states (0: the
    /// embeddings; n: layer n), in place of last_hidden_state. Empty: last_hidden_state.
    /// </summary>
    public IReadOnlyList<(int Layer, float Weight)> HiddenStates { get; init; } = [];

    /// <summary>For <see cref="GraphHead.VocabularyWeights"/>.</summary>
    public VocabularyPooling? Pooling { get; init; }

    /// <summary>
    /// For <see cref="GraphHead.LogitScore"/>: the entry whose logit counts, and the one whose logit is taken off; null: none is.
    /// </summary>
    public (int True, int? False) ScoreTokens { get; init; }

    /// <summary>
    /// Reads and checks the checkpoint but keeps none of its values: enough to know inputs, outputs and what would be refused. A graph
    /// of this kind cannot be run.
    /// </summary>
    public bool WithoutWeights { get; init; }

    /// <summary>
    /// Builds also where config.json holds keys that the family does not know; they are listed in <see cref="BuiltGraph.UnknownKeys"/>.
    /// Without it they are refused, as they may change results.
    /// </summary>
    public bool AllowUnknownKeys { get; init; }
}
