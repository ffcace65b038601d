using System.Numerics.Tensors;
using ProcessingJob.Models.Configs;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Families;

/// <summary>
/// DeBERTa's scores of relative positions (arxiv.org/abs/2006.03654, section 3.1): content to position, q · PK[distance], and position to
/// content, k · PQ[distance]. The table of positions is a constant, so its norm and its projections are computed once, when building.
/// </summary>
sealed class DebertaPositions
{
    readonly GraphBuilder _graph;
    readonly AttentionShape _shape;
    readonly int _span;
    readonly float[] _table;
    readonly Value _index;
    readonly Value _indexTurned;

    /// <param name="buckets">0 or less: distances are clamped, not put into buckets.</param>
    /// <param name="largest">Distance that the last bucket ends at.</param>
    public DebertaPositions(
        GraphBuilder graph,
        ConfigReader config,
        AttentionShape shape,
        int width,
        int buckets,
        int largest,
        bool normalized
    )
    {
        (_graph, _shape) = (graph, shape);
        _span = buckets > 0 ? buckets : largest;
        var stored = graph.Table(graph.Prefix + "encoder.rel_embeddings.weight", width);
        if (stored.Shape[0] < 2 * _span)
        {
            throw stored.Refuse($"found {stored.Shape[0]} rows, the config asks for {2 * _span}");
        }

        _table = stored.Rows(0, 2 * _span).ToFloats();
        if (normalized)
        {
            Normalize(width, config.Positive("layer_norm_eps"));
        }

        var reach = Math.Max(largest, _span) + 1;
        long[] rows =
        [
            .. Enumerable.Range(-reach, 2 * reach + 1).Select(r => (long)Math.Clamp(Bucket(r, buckets, largest) + _span, 0, 2 * _span - 1)),
        ];
        var table = graph.Integers("deberta.rows", rows, [rows.Length]);
        var index = graph.Node(graph.Distance, "Gather", [table, graph.DistanceRows(reach).Name]);
        var turned = graph.Node(index, "Transpose", [index.Name], ("perm", new long[] { 1, 0 }));
        (_index, _indexTurned) = (ForAllHeads(index), ForAllHeads(turned));
    }

    /// <summary>q · PK by the distance of q and k, scaled: [b, n, s, s].</summary>
    /// <param name="projection">Of the positions' keys: a linear map's name.</param>
    public Value ContentToPosition(Value query, string projection, bool bias)
    {
        var scores = Scores(query, projection, bias);
        return _graph.Node(scores, "GatherElements", [scores.Name, _index.Name], ("axis", 3L));
    }

    /// <summary>k · PQ by the distance of q and k, scaled: [b, n, s, s]; gathered by key, then turned.</summary>
    public Value PositionToContent(Value key, string projection, bool bias)
    {
        var scores = Scores(key, projection, bias);
        var gathered = _graph.Node(scores, "GatherElements", [scores.Name, _indexTurned.Name], ("axis", 3L));
        return _graph.Node(scores, "Transpose", [gathered.Name], ("perm", new long[] { 0, 1, 3, 2 }));
    }

    /// <summary>Distances up to half of the buckets are themselves; beyond, buckets grow with the logarithm.</summary>
    internal static int Bucket(int distance, int buckets, int largest)
    {
        var middle = buckets / 2;
        var apart = Math.Abs(distance);
        if (buckets <= 0 || apart <= middle)
        {
            return distance;
        }

        var far = MathF.Ceiling(MathF.Log(apart / (float)middle) / MathF.Log((largest - 1) / (float)middle) * (middle - 1)) + middle;
        return Math.Sign(distance) * (int)far;
    }

    /// <summary>x · (table W^T + b) of each head, times the scale: [b, n, s, 2 * span].</summary>
    Value Scores(Value x, string projection, bool bias)
    {
        var (heads, size) = (_shape.Heads, _shape.HeadSize);
        var width = _table.Length / (2 * _span);
        var weight = _graph.Tensor(projection + ".weight", heads * size, width).ToFloats();
        var biases = bias ? _graph.Tensor(projection + ".bias", heads * size).ToFloats() : null;
        var folded = new float[heads * size * 2 * _span]; // [n, d, 2 * span]
        Parallel.For(
            0,
            heads * size,
            output =>
            {
                for (var row = 0; row < 2 * _span; row++)
                {
                    var dot = TensorPrimitives.Dot<float>(_table.AsSpan(row * width, width), weight.AsSpan(output * width, width));
                    folded[output * 2 * _span + row] = (dot + (biases?[output] ?? 0)) * _shape.Scale;
                }
            }
        );
        var table = _graph.Weight(projection + ".positions", folded, [heads, size, 2 * _span], x.Type);
        var split = _graph.Heads(x, heads, size);
        return _graph.Node(split with { Width = 0 }, "MatMul", [split.Name, table]);
    }

    /// <summary>LayerNorm of each row of the table.</summary>
    void Normalize(int width, double epsilon)
    {
        var weight = _graph.Tensor(_graph.Prefix + "encoder.LayerNorm.weight", width).ToFloats();
        var bias = _graph.Tensor(_graph.Prefix + "encoder.LayerNorm.bias", width).ToFloats();
        for (var at = 0; at < _table.Length; at += width)
        {
            var row = _table.AsSpan(at, width);
            double mean = 0;
            foreach (var value in row)
            {
                mean += value / (double)width;
            }

            double variance = 0;
            foreach (var value in row)
            {
                variance += (value - mean) * (value - mean) / width;
            }

            for (var i = 0; i < width; i++)
            {
                row[i] = (float)((row[i] - mean) / Math.Sqrt(variance + epsilon) * weight[i] + bias[i]);
            }
        }
    }

    /// <summary>[s, s] as int32 [b, n, s, s], which GatherElements asks for; the batch's size comes from its mask.</summary>
    Value ForAllHeads(Value index)
    {
        var zeros = _graph.Once(
            "deberta.zeros",
            () =>
            {
                var mask = _graph.Mask;
                var rows = _graph.Node(mask, "Unsqueeze", [mask.Name, _graph.Longs(1, 3)]);
                var none = _graph.Node(mask, "Mul", [rows.Name, _graph.Long(0)]);
                var heads = _graph.Integers($"zeros.{_shape.Heads}", new long[_shape.Heads], [1, _shape.Heads, 1, 1]);
                return _graph.Cast(_graph.Node(mask, "Add", [none.Name, heads]), ElementType.Int32);
            }
        );
        var narrow = _graph.Cast(index, ElementType.Int32);
        return _graph.Node(zeros, "Add", [zeros.Name, narrow.Name]);
    }
}
