using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Modules;

/// <summary>
/// How a text gets a weight for every entry of a vocabulary: by a masked language model (SPLADE), by a table of tokens' weights without a
/// model, or by an autoencoder behind a dense embedding (CSR).
/// </summary>
public sealed record SparseRoute : TaskRoute
{
    readonly SentenceModule _encoder;

    SparseRoute(SentenceModule encoder, IReadOnlyList<JobWarning> warnings) => (_encoder, Warnings) = (encoder, warnings);

    /// <summary>Of a masked language model; null for the others.</summary>
    public SpladePoolingModule? Pooling { get; private init; }

    /// <summary>The embedding that an autoencoder makes sparse; null for the others.</summary>
    public EmbedRoute? Dense { get; private init; }

    /// <summary>The weights of tokens; null for the others.</summary>
    public SparseStaticEmbeddingModule? Table => _encoder as SparseStaticEmbeddingModule;

    /// <summary>Weights that the folder keeps of a text, the largest; null: all.</summary>
    public int? TopK { get; private init; }

    public override SentenceModule Module => _encoder;

    public override GraphOptions GraphOptions =>
        Pooling is { } pooling
            ? new() { Head = GraphHead.VocabularyWeights, Pooling = new VocabularyPooling(pooling.Sum, pooling.DoubleLog) }
            : Dense!.GraphOptions;

    internal override IReadOnlyList<RouteOutput> GraphOutputs(int hidden, int labels, int vocabulary) =>
        Dense?.GraphOutputs(hidden, labels, vocabulary) ?? [new RouteOutput(EncoderGraph.SparseEmbedding, -1, vocabulary)];

    internal override IReadOnlyList<string>? OutputNames => Dense?.OutputNames;

    /// <summary>The route that texts of a role take.</summary>
    /// <exception cref="PJobException">Model: modules that do not fit each other. BadSpec: a Router has no route for the role.</exception>
    public static SparseRoute Of(SentenceFolder folder, TextRole role)
    {
        SentenceModule[] modules = [.. folder.Modules.SelectMany(m => m is RouterModule router ? router.Route(role) : [m])];
        return modules switch
        {
            [TransformerModule { Task: TransformerModule.FillMask } transformer, SpladePoolingModule pooling] => new(
                transformer,
                folder.Warnings
            )
            {
                Pooling = pooling,
                TopK = folder.MaxActiveDimensions,
            },
            [SparseStaticEmbeddingModule table] => new(table, folder.Warnings) { TopK = folder.MaxActiveDimensions },
            [TransformerModule transformer, .., SparseAutoEncoderModule coder] => new(transformer, folder.Warnings)
            {
                Dense = EmbedRoute.Of(folder, role),
                TopK = folder.MaxActiveDimensions ?? coder.K,
            },
            _ => throw ModelError.Refuse(
                folder.Path,
                $"has the modules {string.Join(", ", modules.Select(m => m.Name))}, expected Transformer and SpladePooling, "
                    + "SparseStaticEmbedding, or Transformer, Pooling and SparseAutoEncoder"
            ),
        };
    }
}
