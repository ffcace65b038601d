namespace ProcessingJob.Models.Graphs;

/// <summary>Scaled dot-product attention (arxiv.org/abs/1706.03762) in two bodies, and rotary positions.</summary>
sealed partial class GraphBuilder
{
    /// <summary>
    /// Score of a key outside the window: far enough below any other that its weight is 0, and finite also in float16, so that
    /// padded queries, which may see no key, stay finite.
    /// </summary>
    const double OutsideWindow = -10000;

    /// <summary>Context [b, s, Heads * HeadSize] before the output projection; masked keys and padding count for nothing.</summary>
    /// <param name="query">[b, s, Heads * HeadSize].</param>
    /// <param name="key">[b, s, KeyValueHeads * HeadSize], like <paramref name="value"/>.</param>
    public Value Attend(Value query, Value key, Value value, AttentionShape shape)
    {
        query = HeadNorm(query, shape.Heads, shape.HeadSize, shape.QueryNorm);
        key = HeadNorm(key, shape.KeyValueHeads, shape.HeadSize, shape.KeyNorm);
        return IsFused ? AttendFused(query, key, value, shape) : AttendPlain(query, key, value, shape);
    }

    Value AttendFused(Value query, Value key, Value value, AttentionShape shape)
    {
        if (shape.Rope is { } rope)
        {
            query = RotateFused(query, shape.Heads, rope);
            key = RotateFused(key, shape.KeyValueHeads, rope);
        }

        var heads = shape.KeyValueHeads;
        if (heads < shape.Heads && Precision == ElementType.Float32)
        {
            // In float32 the kernel without an s by s matrix wants as many key heads as query heads.
            (key, value) = (Repeat(key, shape), Repeat(value, shape));
            heads = shape.Heads;
        }

        var bias = shape.Bias;
        if (shape.Window is not null)
        {
            var window = WindowBias(shape);
            bias = bias is null ? window : Add(bias, window);
        }

        // Causal attention needs no lengths: padding on the right stands after every token. With lengths the operator would align
        // the last query with the last key, which is wrong here.
        string[] inputs = shape.Causal
            ? [query.Name, key.Name, value.Name, bias?.Name ?? ""]
            : [query.Name, key.Name, value.Name, bias?.Name ?? "", "", "", Lengths.Name];
        return Node(
            query,
            "Attention",
            inputs,
            ("q_num_heads", (long)shape.Heads),
            ("kv_num_heads", (long)heads),
            ("scale", shape.Scale),
            ("is_causal", shape.Causal ? 1L : 0L)
        );
    }

    Value AttendPlain(Value query, Value key, Value value, AttentionShape shape)
    {
        var (q, k, v) = (
            Heads(query, shape.Heads, shape.HeadSize),
            Heads(key, shape.KeyValueHeads, shape.HeadSize),
            Heads(value, shape.KeyValueHeads, shape.HeadSize)
        );
        if (shape.Rope is { } rope)
        {
            (q, k) = (RotatePlain(q, rope), RotatePlain(k, rope));
        }

        if (shape.KeyValueHeads < shape.Heads)
        {
            // Groups of query heads get an axis of their own: [b, kv, group, s, d] against [b, kv, 1, s, d].
            var group = shape.Heads / shape.KeyValueHeads;
            q = Node(q, "Reshape", [q.Name, SplitHeads(shape.KeyValueHeads, group, shape.HeadSize).Name]);
            k = Node(k, "Unsqueeze", [k.Name, Longs(2)]);
            v = Node(v, "Unsqueeze", [v.Name, Longs(2)]);
        }

        var turned = Node(
            k,
            "Transpose",
            [k.Name],
            ("perm", shape.KeyValueHeads < shape.Heads ? new long[] { 0, 1, 2, 4, 3 } : [0, 1, 3, 2])
        );
        var scores = Multiply(Node(q with { Width = 0 }, "MatMul", [q.Name, turned.Name]), shape.Scale);
        if (shape.Bias is { } bias)
        {
            scores = Node(scores, "Add", [scores.Name, bias.Name]);
        }

        scores = Node(scores, "Add", [scores.Name, Unseen(shape).Name]);
        var weights = Node(scores, "Softmax", [scores.Name], ("axis", -1L));
        var context = Node(q, "MatMul", [weights.Name, v.Name]);
        if (shape.KeyValueHeads < shape.Heads)
        {
            context = Node(context, "Reshape", [context.Name, JoinHeads(shape.Heads, shape.HeadSize).Name]);
        }

        context = Node(query, "Transpose", [context.Name], ("perm", new long[] { 0, 2, 1, 3 }));
        return Node(query, "Reshape", [context.Name, Longs(0, 0, shape.Heads * shape.HeadSize)]);
    }

    /// <summary>[b, s, n*d] as [b, n, s, d].</summary>
    public Value Heads(Value x, int heads, int size)
    {
        var split = Node(x, "Reshape", [x.Name, Longs(0, 0, heads, size)]);
        return Node(x with { Width = size }, "Transpose", [split.Name], ("perm", new long[] { 0, 2, 1, 3 }));
    }

    Value HeadNorm(Value x, int heads, int size, Norm? norm)
    {
        if (norm is null)
        {
            return x;
        }

        var split = Node(x with { Width = size }, "Reshape", [x.Name, Longs(0, 0, heads, size)]);
        return Node(x, "Reshape", [Normalize(split, norm).Name, Longs(0, 0, heads * size)]);
    }

    /// <summary>Every key head as often as query heads read it, one after another.</summary>
    Value Repeat(Value x, AttentionShape shape)
    {
        var split = Node(x, "Reshape", [x.Name, Longs(0, 0, shape.KeyValueHeads, 1, shape.HeadSize)]);
        var many = Node(split, "Expand", [split.Name, Longs(1, 1, 1, shape.Heads / shape.KeyValueHeads, 1)]);
        var width = shape.Heads * shape.HeadSize;
        return Node(x with { Width = width }, "Reshape", [many.Name, Longs(0, 0, width)]);
    }

    /// <summary>Shape [b, kv, group, s, d] (plain form).</summary>
    Value SplitHeads(int heads, int group, int size) =>
        Once(
            $"shape {heads} {group} {size}",
            () => Node(Ids, "Concat", [BatchLength(0).Name, Longs(heads, group), BatchLength(1).Name, Longs(size)], ("axis", 0L))
        );

    /// <summary>Shape [b, n, s, d] (plain form).</summary>
    Value JoinHeads(int heads, int size) =>
        Once(
            $"shape {heads} {size}",
            () => Node(Ids, "Concat", [BatchLength(0).Name, Longs(heads), BatchLength(1).Name, Longs(size)], ("axis", 0L))
        );

    Value BatchLength(int axis) =>
        Once($"length of axis {axis}", () => Node(Ids, "Shape", [Ids.Name], ("start", (long)axis), ("end", axis + 1L)));

    /// <summary>
    /// 0 where a query sees a key and so low elsewhere that no score lifts it; broadcasts to [b, n, s, s] (or with the axis of groups).
    /// Added, because ONNX Runtime's Where takes three times as long on a CPU. Finite also with a score of float16.
    /// </summary>
    Value Unseen(AttentionShape shape)
    {
        var seen = Seen(shape);
        var least = Precision == ElementType.Float16 ? (double)Half.MinValue / 2 : float.MinValue;
        return Once(
            $"unseen {seen.Name}",
            () => Node(seen with { Type = Precision }, "Where", [seen.Name, Real(0, Precision), Real(least, Precision)])
        );
    }

    /// <summary>Which keys each query sees: bool.</summary>
    Value Seen(AttentionShape shape)
    {
        var axes = shape.KeyValueHeads < shape.Heads ? Longs(1, 2, 3) : Longs(1, 2);
        var key = $"{axes} {shape.Causal} {shape.Window}";
        return Once(
            $"seen {key}",
            () =>
            {
                var real = Cast(Mask, ElementType.Bool);
                var keys = Node(real, "Unsqueeze", [real.Name, axes]);
                return shape.Causal || shape.Window is not null ? Node(keys, "And", [keys.Name, Allowed(shape).Name]) : keys;
            }
        );
    }

    /// <summary>Pairs [s, s] that causality and the window allow: bool.</summary>
    Value Allowed(AttentionShape shape) =>
        Once(
            $"allowed {shape.Causal} {shape.Window}",
            () =>
            {
                var pair = Distance with { Type = ElementType.Bool };
                if (!shape.Causal)
                {
                    var apart = Node(Distance, "Abs", [Distance.Name]);
                    return Node(pair, "LessOrEqual", [apart.Name, Long(shape.Window!.Value)]);
                }

                var before = Node(pair, "GreaterOrEqual", [Distance.Name, Long(0)]);
                return shape.Window is not { } window
                    ? before
                    : Node(pair, "And", [before.Name, Node(pair, "Less", [Distance.Name, Long(window)]).Name]);
            }
        );

    /// <summary>0 within the window and far below any score outside, [s, s].</summary>
    Value WindowBias(AttentionShape shape) =>
        Once(
            $"window {shape.Causal} {shape.Window}",
            () =>
                Node(Distance with { Type = Precision }, "Where", [Allowed(shape).Name, Real(0, Precision), Real(OutsideWindow, Precision)])
        );

    /// <summary>Tokens of each text, int64 [b]; summed as float32, which CUDA has a kernel for.</summary>
    Value Lengths =>
        Once(
            "lengths",
            () =>
            {
                var mask = Cast(Mask, ElementType.Float32);
                return Cast(Node(mask, "ReduceSum", [mask.Name, Longs(1)], ("keepdims", 0L)), ElementType.Int64);
            }
        );

    Value RotateFused(Value x, int heads, float[] rope)
    {
        var (cos, sin) = Angles(rope);
        return MicrosoftNode(
            x,
            "RotaryEmbedding",
            [x.Name, Longs(0), cos.Name, sin.Name],
            ("interleaved", 0L),
            ("num_heads", (long)heads),
            ("rotary_embedding_dim", 0L)
        );
    }

    Value RotatePlain(Value x, float[] rope)
    {
        var (cos, sin) = Angles(rope);
        var (left, right) = Halves(x);
        var turnedLeft = Node(left, "Sub", [Multiply(left, cos).Name, Multiply(right, sin).Name]);
        var turnedRight = Node(left, "Add", [Multiply(right, cos).Name, Multiply(left, sin).Name]);
        return Node(x, "Concat", [turnedLeft.Name, turnedRight.Name], ("axis", -1L));
    }

    /// <summary>Cosine and sine of position times frequency, [s, d/2] each; in float32, as float16 has no angle of a long text.</summary>
    (Value Cos, Value Sin) Angles(float[] rope)
    {
        var key = string.Join(',', rope);
        var angle = Once(
            $"angle {key}",
            () =>
            {
                var positions = Cast(Positions, ElementType.Float32);
                var column = Node(positions, "Transpose", [positions.Name]);
                var frequencies = Weight($"rope.{_memo.Count}", rope, [1, rope.Length], ElementType.Float32);
                return Node(column with { Width = 0 }, "Mul", [column.Name, frequencies]);
            }
        );
        return (
            Once($"cos {key}", () => Cast(Node(angle, "Cos", [angle.Name]), Precision)),
            Once($"sin {key}", () => Cast(Node(angle, "Sin", [angle.Name]), Precision))
        );
    }

    /// <summary>The two halves of the last axis.</summary>
    public (Value First, Value Second) Halves(Value x)
    {
        var (first, second) = (NewName("first"), NewName("second"));
        _model.Node("Split", "", [x.Name], [first, second], ("axis", -1L), ("num_outputs", 2L));
        var half = x with { Width = x.Width / 2 };
        return (half with { Name = first }, half with { Name = second });
    }

    /// <summary>[b, s, 1] as [b, s].</summary>
    public Value Squeeze(Value x) => Node(x with { Rank = 2, Width = 0 }, "Squeeze", [x.Name, Longs(2)]);
}
