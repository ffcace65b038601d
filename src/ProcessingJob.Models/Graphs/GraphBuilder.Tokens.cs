namespace ProcessingJob.Models.Graphs;

/// <summary>What becomes of all tokens of a text together.</summary>
sealed partial class GraphBuilder
{
    /// <summary>Position of each text's last token, int64 [b, 1].</summary>
    public Value LastPositions =>
        Once("last positions", () => Node(Mask, "Sub", [Node(Mask, "ReduceSum", [Mask.Name, Longs(1)], ("keepdims", 1L)).Name, Long(1)]));

    /// <summary>Tokens with the first one in place of padding: no maximum over tokens can tell.</summary>
    public Value PaddingAsFirstToken(Value x)
    {
        var real = Cast(Mask, ElementType.Bool);
        var column = Node(real with { Rank = 3 }, "Unsqueeze", [real.Name, Longs(2)]);
        var first = Node(x, "Slice", [x.Name, Longs(0), Longs(1), Longs(1)]);
        return Node(x, "Where", [column.Name, x.Name, first.Name]);
    }

    /// <summary>[b, s, w] to [b, w].</summary>
    public Value LargestOfTokens(Value x) => Node(x with { Rank = 2 }, "ReduceMax", [x.Name, Longs(1)], ("keepdims", 0L));

    /// <summary>[b, s, w] to [b, w]: the sum of all tokens but padding.</summary>
    public Value SumOfTokens(Value x)
    {
        var real = Cast(Mask, x.Type);
        var row = Node(real with { Rank = 3 }, "Unsqueeze", [real.Name, Longs(1)]);
        var sum = Node(x, "MatMul", [row.Name, x.Name]);
        return Node(x with { Rank = 2 }, "Squeeze", [sum.Name, Longs(1)]);
    }

    /// <summary>Side by side along the last axis.</summary>
    public Value Concatenate(IReadOnlyList<Value> parts) =>
        Node(parts[0] with { Width = parts.Sum(p => p.Width) }, "Concat", [.. parts.Select(p => p.Name)], ("axis", -1L));

    public Value Subtract(Value a, Value b) => Node(a, "Sub", [a.Name, b.Name]);
}
