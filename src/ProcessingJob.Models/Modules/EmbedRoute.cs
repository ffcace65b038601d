using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Modules;

/// <summary>
/// How a text becomes its vector, decided from a folder's modules: encoder, what is done to every token, pooling, what is done to the
/// vector. Immutable.
/// </summary>
public sealed record EmbedRoute : TaskRoute
{
    /// <summary>TransformerModule, StaticEmbeddingModule or Model2VecModule.</summary>
    public required SentenceModule Encoder { get; init; }

    /// <summary>
    /// Hidden states (0: the embeddings' output) whose weighted sum is the token embeddings; empty: the last hidden state, or the pooler's
    /// output.
    /// </summary>
    public IReadOnlyList<(int Layer, float Weight)> HiddenStates { get; init; } = [];

    /// <summary>True: the encoder puts out one vector a text, and nothing is pooled.</summary>
    public bool IsPooled => Pooling.Count == 0;

    /// <summary>Floats of a token embedding, or of the vector where <see cref="IsPooled"/>, as the encoder gives it.</summary>
    public required int EncoderWidth { get; init; }

    /// <summary>DenseModule, NormalizeModule, WordWeightsModule, in order: applied to every token before the pooling.</summary>
    public IReadOnlyList<SentenceModule> TokenStages { get; init; } = [];

    /// <summary>Modes whose vectors are concatenated in this order.</summary>
    public IReadOnlyList<PoolingMode> Pooling { get; init; } = [];

    /// <summary>False: the prompt's tokens are left out of the pooling.</summary>
    public bool IncludePrompt { get; init; } = true;

    /// <summary>DenseModule, LayerNormModule, NormalizeModule, SparseAutoEncoderModule, in order: applied to the pooled vector.</summary>
    public IReadOnlyList<SentenceModule> SentenceStages { get; init; } = [];

    /// <summary>Dimensions kept after all that; null for all.</summary>
    public int? TruncateDimensions { get; init; }

    /// <summary>Floats of a token embedding where it is pooled.</summary>
    public int TokenWidth => TokenStages.OfType<DenseModule>().LastOrDefault()?.Outputs ?? EncoderWidth;

    /// <summary>Floats before the sentence stages.</summary>
    public int PooledWidth => IsPooled ? EncoderWidth : TokenWidth * Pooling.Count;

    /// <summary>Floats before truncation.</summary>
    public int Width => WidthOf(SentenceStages, PooledWidth);

    /// <summary>Whether the last thing done before truncation is to give the vector length 1.</summary>
    public bool Normalizes => SentenceStages is [.., NormalizeModule];

    /// <summary>What a graph of the encoder must put out.</summary>
    public override GraphOptions GraphOptions =>
        new()
        {
            Head = GraphHead.None,
            Pooler = Encoder is TransformerModule { Output: TransformerOutput.PoolerOutput },
            HiddenStates = HiddenStates,
        };

    /// <summary>Graph outputs of which one is needed; null: token embeddings of any name, as most graphs have.</summary>
    internal override IReadOnlyList<string>? OutputNames =>
        HiddenStates.Count > 0 ? [EncoderGraph.WeightedHiddenStates]
        : IsPooled ? ["pooler_output", "sentence_embedding"]
        : null;

    public override SentenceModule Module => Encoder;

    internal override IReadOnlyList<RouteOutput> GraphOutputs(int hidden, int labels, int vocabulary) =>
        HiddenStates.Count > 0 ? [new RouteOutput(EncoderGraph.WeightedHiddenStates, -1, -1, hidden)]
        : IsPooled ? [new RouteOutput("last_hidden_state", -1, -1, hidden), new RouteOutput("pooler_output", -1, hidden)]
        : [new RouteOutput("last_hidden_state", -1, -1, hidden)];

    /// <summary>The route that texts of a role take through a folder for embeddings.</summary>
    /// <exception cref="PJobException">Model: modules that do not fit each other. BadSpec: a Router has no route for the role.</exception>
    public static EmbedRoute Of(SentenceFolder folder, TextRole role) => new EmbedRouteBuilder(folder).Build(role);

    /// <summary>Floats that are left of so many.</summary>
    internal static int WidthOf(IReadOnlyList<SentenceModule> stages, int inputs) =>
        stages.Aggregate(
            inputs,
            (width, stage) =>
                stage switch
                {
                    DenseModule dense => dense.Outputs,
                    SparseAutoEncoderModule coder => coder.Hidden,
                    _ => width,
                }
        );
}
