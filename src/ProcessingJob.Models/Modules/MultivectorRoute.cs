using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Modules;

/// <summary>How a text gets a vector for each of its tokens (ColBERT, arxiv.org/abs/2004.12832).</summary>
public sealed record MultivectorRoute : TaskRoute
{
    MultivectorRoute(TransformerModule transformer, IReadOnlyList<JobWarning> warnings) =>
        (Transformer, Warnings) = (transformer, warnings);

    public TransformerModule Transformer { get; }

    /// <summary>Floats of a token as the transformer gives it.</summary>
    public required int EncoderWidth { get; init; }

    /// <summary>DenseModule and NormalizeModule, in order: applied to every token.</summary>
    public IReadOnlyList<SentenceModule> TokenStages { get; init; } = [];

    /// <summary>Which tokens are kept; null: all.</summary>
    public MultiVectorMaskModule? Mask { get; init; }

    /// <summary>Floats of a vector.</summary>
    public int Width => TokenStages.OfType<DenseModule>().LastOrDefault()?.Outputs ?? EncoderWidth;

    /// <summary>Whether vectors have length 1.</summary>
    public bool Normalizes => TokenStages is [.., NormalizeModule];

    public override SentenceModule Module => Transformer;

    public override GraphOptions GraphOptions => new() { Head = GraphHead.None };

    internal override IReadOnlyList<RouteOutput> GraphOutputs(int hidden, int labels, int vocabulary) =>
        [new RouteOutput("last_hidden_state", -1, -1, hidden)];

    /// <summary>The route that texts of a role take.</summary>
    /// <exception cref="PJobException">Model: modules that do not fit each other. BadSpec: a Router has no route for the role.</exception>
    public static MultivectorRoute Of(SentenceFolder folder, TextRole role)
    {
        SentenceModule[] modules = [.. folder.Modules.SelectMany(m => m is RouterModule router ? router.Route(role) : [m])];
        if (modules is not [TransformerModule { Task: TransformerModule.FeatureExtraction } transformer, ..])
        {
            throw Refuse($"has the modules {string.Join(", ", modules.Select(m => m.Name))}, expected a Transformer first");
        }

        if (transformer.Output != TransformerOutput.LastHiddenState)
        {
            throw Refuse($"reads the {transformer.Summary} of its Transformer, expected the last hidden state");
        }

        var plain = PlainFolder.Read(transformer.Folder);
        var encoderWidth = plain.Width;
        var width = encoderWidth;
        var stages = new List<SentenceModule>();
        MultiVectorMaskModule? mask = null;
        foreach (var module in modules.Skip(1))
        {
            switch (module)
            {
                case DropoutModule:
                    break;
                case DenseModule { Input: Features.Tokens, Output: Features.Tokens } dense when dense.Inputs == width:
                    stages.Add(dense);
                    width = dense.Outputs;
                    break;
                case NormalizeModule { Input: Features.Tokens, Output: Features.Tokens }:
                    stages.Add(module);
                    break;
                case MultiVectorMaskModule found when mask is null:
                    mask = found;
                    break;
                default:
                    throw Refuse($"holds {module.Name} ({module.Summary}), which has no place in a multi-vector model here");
            }
        }

        return new MultivectorRoute(transformer, Warned(folder, role))
        {
            EncoderWidth = encoderWidth,
            TokenStages = stages,
            Mask = mask,
        };

        PJobException Refuse(string what) => ModelError.Refuse(folder.Path, what);
    }

    static IReadOnlyList<JobWarning> Warned(SentenceFolder folder, TextRole role) =>
        role != TextRole.None
            ? folder.Warnings
            :
            [
                .. folder.Warnings,
                new(
                    "role_missing",
                    "texts are embedded without the prompt and the length that the model has for queries and documents; "
                        + "fix: embed.role: query or document"
                ),
            ];
}
