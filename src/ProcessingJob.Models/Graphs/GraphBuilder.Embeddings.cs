using ProcessingJob.Models.Weights;

namespace ProcessingJob.Models.Graphs;

/// <summary>Word embeddings, positions and distances.</summary>
sealed partial class GraphBuilder
{
    /// <summary>Rows of the word embeddings, [b, s, width].</summary>
    public Value Words(string name, int width)
    {
        var table = Table(name, width);
        VocabularySize = (int)table.Shape[0];
        return Rows(table, Ids);
    }

    /// <summary>Rows of a table by number.</summary>
    /// <param name="numbers">int64 [b, s] or [1, s].</param>
    public Value Rows(StoredTensor table, Value numbers) =>
        Node(new Value("", (int)table.Shape[1], 3, Precision), "Gather", [Weight(table, Precision), numbers.Name], ("axis", 0L));

    /// <summary>0, 1, 2, … as int64 [1, s], counted over the first text: no node reads a shape.</summary>
    public Value Positions =>
        Once(
            "positions",
            () =>
            {
                var row = Node(Ids, "Slice", [Ids.Name, Longs(0), Longs(1), Longs(0)]);
                var ones = Cast(Node(row with { Type = ElementType.Bool }, "Equal", [row.Name, row.Name]), ElementType.Int64);
                return Node(row, "CumSum", [ones.Name, Long(1)], ("exclusive", 1L));
            }
        );

    /// <summary>
    /// Positions of RoBERTa and MPNet, int64 [b, s]: the pad id plus how many other ids stand up to the token; a pad id itself, also
    /// one in a text, has the pad id as position.
    /// </summary>
    public Value OffsetPositions(int padId)
    {
        var pad = Node(Ids with { Type = ElementType.Bool }, "Equal", [Ids.Name, Long(padId)]);
        var real = Cast(Node(pad, "Not", [pad.Name]), ElementType.Int64);
        var count = Node(real, "CumSum", [real.Name, Long(1)]);
        return Node(real, "Add", [Node(real, "Mul", [count.Name, real.Name]).Name, Long(padId)]);
    }

    /// <summary>Position of the query minus position of the key, int64 [s, s].</summary>
    public Value Distance =>
        Once("distance", () => Node(Positions, "Sub", [Node(Positions, "Transpose", [Positions.Name]).Name, Positions.Name]));

    /// <summary>Distance clamped to ±<paramref name="reach"/>, plus reach: row numbers of a table of 2 * reach + 1 rows.</summary>
    public Value DistanceRows(int reach) =>
        Once(
            $"distance rows {reach}",
            () =>
            {
                var most = Node(Distance, "Min", [Distance.Name, Long(reach)]);
                return Node(Distance, "Add", [Node(Distance, "Max", [most.Name, Long(-reach)]).Name, Long(reach)]);
            }
        );

    /// <summary>Bias of the scores by distance, [1, heads, s, s].</summary>
    /// <param name="rows">[2 * reach + 1, heads], by query minus key plus reach.</param>
    public Value DistanceBias(string name, float[] rows, int reach, int heads)
    {
        var table = Weight(name, rows, [2 * reach + 1, heads], Precision);
        var values = new Value("", 0, 3, Precision);
        var gathered = Node(values, "Gather", [table, DistanceRows(reach).Name], ("axis", 0L));
        var turned = Node(values, "Transpose", [gathered.Name], ("perm", new long[] { 2, 0, 1 }));
        return Node(values, "Unsqueeze", [turned.Name, Longs(0)]);
    }

    /// <summary>The mask as 1 and 0 of the type of <paramref name="like"/>, [b, s, 1].</summary>
    public Value MaskLike(Value like) =>
        Once(
            $"mask {like.Type}",
            () =>
            {
                var real = Cast(Mask, like.Type);
                return Node(real with { Rank = 3, Width = 1 }, "Unsqueeze", [real.Name, Longs(2)]);
            }
        );

    /// <summary>Token 0 of every text, [b, width].</summary>
    public Value FirstToken(Value x) => Node(x with { Rank = 2 }, "Gather", [x.Name, Long(0)], ("axis", 1L));

    /// <summary>The token at a position of each text, [b, width].</summary>
    /// <param name="positions">int64 [b, 1].</param>
    public Value TokenAt(Value x, Value positions) => Node(x with { Rank = 2 }, "GatherND", [x.Name, positions.Name], ("batch_dims", 1L));

    /// <summary>Mean over the tokens of each text, [b, width]; in float32.</summary>
    public Value Mean(Value x)
    {
        x = Cast(x, ElementType.Float32);
        var mask = MaskLike(x);
        var sum = Node(x with { Rank = 2 }, "ReduceSum", [Multiply(x, mask).Name, Longs(1)], ("keepdims", 0L));
        return Node(sum, "Div", [sum.Name, Node(sum, "ReduceSum", [mask.Name, Longs(1)], ("keepdims", 0L)).Name]);
    }
}
