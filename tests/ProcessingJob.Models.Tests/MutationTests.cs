using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Tests;

/// <summary>
/// Checks the goldens: a graph with any one step left out must give other numbers, or the comparison would not see a mistake there.
/// A left-out Add is a forgotten bias or residual, a left-out Gelu a forgotten activation, and so on.
/// </summary>
public sealed class MutationTests
{
    /// <summary>Steps that keep the shape of their input, so that they can be left out.</summary>
    static readonly HashSet<string> Steps =
    [
        "Add",
        "Mul",
        "Gelu",
        "Relu",
        "Tanh",
        "Sigmoid",
        "LayerNormalization",
        "RMSNormalization",
        "RotaryEmbedding",
        "FastGelu",
        "QuickGelu",
        "BiasGelu",
        "SkipLayerNormalization",
        "SkipSimplifiedLayerNormalization",
        "Softmax",
        "Div",
    ];

    /// <summary>Between them these have every step of the plain form.</summary>
    static readonly HashSet<string> AlsoPlain = ["bert-qa", "modernbert-base", "qwen3-base"];

    static readonly string[] KeyBiases = ["key.bias", "k_proj.bias", "k_lin.bias", "attn.k.bias"];

    public static TheoryData<string> Folders => OwnGoldenTests.Folders;

    [Theory]
    [MemberData(nameof(Folders))]
    public void Graph_AnyStepLeftOut_FailsItsGolden(string name)
    {
        var golden = Golden.Own(name);
        GraphForm[] forms = AlsoPlain.Contains(name) ? [GraphForm.Plain, GraphForm.Fused] : [GraphForm.Fused];
        foreach (var form in forms)
        {
            using var graph = EncoderGraph.Build(golden.Folder, golden.Options(form));
            var nodes = ModelNodes.Of(graph.Model);
            foreach (var (number, node) in nodes.Index())
            {
                if (Steps.Contains(node.Operation) && !IsUnseen(node, name) && IsFirstOfItsKind(nodes, number))
                {
                    var difference = Difference(golden, graph, ModelNodes.Without(graph.Model, number));
                    Assert.True(
                        difference > 1e-4,
                        $"{name} {form}: without {node.Operation} of {string.Join(", ", node.Inputs)} the difference is {difference:0.0e0}"
                    );
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Graph_QueryAndKeyExchanged_FailsItsGolden(string name)
    {
        var golden = Golden.Own(name);
        using var graph = EncoderGraph.Build(golden.Folder, golden.Options(GraphForm.Fused));
        var model = ModelNodes.WithExchangedInputs(graph.Model, "Attention");

        Assert.True(Difference(golden, graph, model) > 1e-3);
    }

    /// <summary>Steps without an effect on these goldens, each for its reason.</summary>
    static bool IsUnseen(ModelNode node, string name)
    {
        bool Has(string text) => node.Inputs.Any(input => input.StartsWith(text, StringComparison.Ordinal));
        return node.Operation switch
        {
            // Softmax does not see what is added to all scores of a query alike; an epsilon of 1e-6 is lost among large random weights.
            "Add" => Has("real(") || node.Inputs.Any(input => KeyBiases.Any(bias => input.EndsWith(bias, StringComparison.Ordinal))),
            // Pad ids within a text: one golden has some. The mask on DeBERTa's embeddings: padding is masked as keys too.
            "Mul" => Has("cumsum") && !name.Contains("pad-inside") || Has("unsqueeze"),
            _ => false,
        };
    }

    /// <summary>One of each operation and kind of weight: the second layer is the first again.</summary>
    static bool IsFirstOfItsKind(List<ModelNode> nodes, int number)
    {
        static string Kind(ModelNode node) =>
            $"{node.Operation} {string.Join(' ', node.Inputs.Select(input => new string([.. input.Where(c => !char.IsDigit(c))])))}";
        return !nodes.Take(number).Any(node => Kind(node) == Kind(nodes[number]));
    }

    static double Difference(Golden golden, BuiltGraph graph, byte[] model)
    {
        try
        {
            using var session = new GraphSession(graph, GraphOptimizationLevel.ORT_ENABLE_BASIC, model);
            return golden.Difference(session);
        }
        catch (OnnxRuntimeException)
        {
            return double.PositiveInfinity; // not even a valid graph
        }
    }
}
