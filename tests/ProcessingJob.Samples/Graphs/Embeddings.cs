using ProcessingJob.Samples.Onnx;

namespace ProcessingJob.Samples.Graphs;

/// <summary>Word, position and token type embeddings, added and normalised.</summary>
static class Embeddings
{
    // Words weigh most, so that different texts differ.
    const float Word = 1;
    const float Position = 0.15f;
    const float TokenType = 0.1f;

    public static string Build(GraphParts parts, FamilyTraits traits, ModelSize size, string ids, string? tokenTypes)
    {
        const string Name = "embeddings";
        var graph = parts.Graph;
        var sum = parts.Embedding($"{Name}.word_embeddings", ids, size.Vocabulary, size.Hidden, Word);
        if (traits.TokenTypes > 0)
        {
            var types = tokenTypes ?? ZerosLike(graph, ids);
            var embedded = parts.Embedding($"{Name}.token_type_embeddings", types, traits.TokenTypes, size.Hidden, TokenType);
            sum = graph.Node("Add", $"/{Name}/Add", [sum, embedded]);
        }

        var positions = traits.PositionsFromIds ? CountedPositions(graph, ids, traits.PadId) : RunningPositions(parts, ids, size.MaxLength);
        var positioned = parts.Embedding($"{Name}.position_embeddings", positions, traits.Positions(size), size.Hidden, Position);
        sum = graph.Node("Add", $"/{Name}/Add_1", [sum, positioned]);
        return parts.LayerNorm($"{Name}.LayerNorm", sum, size.Hidden, traits.Epsilon);
    }

    /// <summary>0, 1, 2 … [1, sequence]</summary>
    static string RunningPositions(GraphParts parts, string ids, int limit)
    {
        var graph = parts.Graph;
        var all = graph.Integers("embeddings.position_ids", [1, limit], [.. Enumerable.Range(0, limit).Select(i => (long)i)]);
        var length = parts.Dimension("embeddings", ids, 1);
        return graph.Node("Slice", "/embeddings/Slice", [all, graph.Vector("axes_0", 0), length, graph.Vector("axes_1", 1)]);
    }

    /// <summary>pad + 1, pad + 2 … over what is not padding; padding stays at pad. [batch, sequence]</summary>
    static string CountedPositions(OnnxGraph graph, string ids, int padId)
    {
        const string Name = "/embeddings/positions";
        var pad = graph.Integers("padding_idx", [], padId);
        var real = graph.Node("Not", $"{Name}/Not", [graph.Node("Equal", $"{Name}/Equal", [ids, pad])]);
        var ones = graph.Node("Cast", $"{Name}/Cast", [real], [OnnxAttribute.Integer("to", (int)ElementType.Int32)]);
        var running = graph.Node("CumSum", $"{Name}/CumSum", [ones, graph.Integers("axis_1", [], 1)]);
        var masked = graph.Node("Mul", $"{Name}/Mul", [running, ones]);
        var wide = graph.Node("Cast", $"{Name}/Cast_1", [masked], [OnnxAttribute.Integer("to", (int)ElementType.Int64)]);
        return graph.Node("Add", $"{Name}/Add", [wide, pad]);
    }

    static string ZerosLike(OnnxGraph graph, string ids)
    {
        var shape = graph.Node("Shape", "/embeddings/types/Shape", [ids]);
        return graph.Node("Expand", "/embeddings/types/Expand", [graph.Integers("token_type_zero", [1, 1], 0), shape]);
    }
}
