using ProcessingJob.Samples.Onnx;

namespace ProcessingJob.Samples.Graphs;

/// <summary>Builds the whole graph of a model.</summary>
static class EncoderGraph
{
    public static OnnxGraph Build(SampleModelOptions options)
    {
        var (traits, size) = (FamilyTraits.Of(options.Family), options.Size);
        var graph = new OnnxGraph($"{traits.ModelType}_{options.Seed}");
        var parts = new GraphParts(graph, options.Seed);
        var ids = Input(graph, "input_ids");
        var attention = Input(graph, "attention_mask");
        var types = traits.HasTokenTypeInput ? Input(graph, "token_type_ids") : null;
        var x = Embeddings.Build(parts, traits, size, ids, types);
        var mask = Mask(graph, attention);
        var layer = new EncoderLayer(parts, traits, size);
        for (var i = 0; i < size.Layers; i++)
        {
            x = layer.Build(i, x, mask, options.Head == ModelHead.Encoder && i == size.Layers - 1 ? "last_hidden_state" : null);
        }

        switch (options.Head)
        {
            case ModelHead.Encoder:
                graph.Output(x, "batch_size", "sequence_length", $"{size.Hidden}");
                break;
            case ModelHead.QuestionAnswering:
                Heads.Answer(parts, x, size.Hidden);
                break;
            case ModelHead.SequenceClassification:
                Heads.Classify(parts, options.Family, x, size.Hidden, options.Labels.Count);
                break;
        }

        return graph;
    }

    static string Input(OnnxGraph graph, string name) => graph.Input(name, ElementType.Int64, "batch_size", "sequence_length");

    /// <summary>0 where the mask is 1 and the lowest float where it is 0, [batch, 1, 1, sequence].</summary>
    static string Mask(OnnxGraph graph, string attention)
    {
        var rows = graph.Node("Unsqueeze", "/Unsqueeze", [attention], [OnnxAttribute.Integers("axes", 1)]);
        var heads = graph.Node("Unsqueeze", "/Unsqueeze_1", [rows], [OnnxAttribute.Integers("axes", 2)]);
        var ones = graph.Node("Cast", "/Cast", [heads], [OnnxAttribute.Integer("to", (int)ElementType.Float)]);
        var zeros = graph.Node("Sub", "/Sub", [graph.Scalar("one", 1), ones]);
        return graph.Node("Mul", "/Mul", [zeros, graph.Scalar("lowest", float.MinValue)]);
    }
}
