using ProcessingJob.Models.Configs;

namespace ProcessingJob.Models.Graphs;

/// <summary>What layers are made of: linear maps, activations, norms.</summary>
sealed partial class GraphBuilder
{
    /// <summary>x W^T + b with the tensors <c>name.weight</c> [width, x.Width] and <c>name.bias</c> [width].</summary>
    /// <param name="width">Null: as many as the tensor has.</param>
    public Value Linear(Value x, string name, int? width = null, bool bias = true)
    {
        var weight = width is null ? Table(name + ".weight", x.Width) : Tensor(name + ".weight", width.Value, x.Width);
        var outputs = (int)weight.Shape[0];
        return Linear(x, Weight(weight, x.Type), outputs, bias ? Weight(Tensor(name + ".bias", outputs), x.Type) : null);
    }

    /// <summary>Several linear maps whose weights one tensor stacks: [parts * width, x.Width].</summary>
    public Value[] LinearParts(Value x, string name, int parts, int width, bool bias)
    {
        var weight = Tensor(name + ".weight", parts * width, x.Width);
        var biases = bias ? Tensor(name + ".bias", parts * width) : null;
        return
        [
            .. Enumerable
                .Range(0, parts)
                .Select(i =>
                    Linear(
                        x,
                        Weight(weight.Rows(i * width, width), x.Type),
                        width,
                        biases is null ? null : Weight(biases.Rows(i * width, width), x.Type)
                    )
                ),
        ];
    }

    /// <summary>x W^T + b with initializers: weights stay [out, in] as checkpoints have them, so that none is copied.</summary>
    public Value Linear(Value x, string weight, int width, string? bias)
    {
        if (!IsFused)
        {
            string[] inputs = bias is null ? [Flat(x).Name, weight] : [Flat(x).Name, weight, bias];
            return Unflat(Node(x with { Width = width, Rank = 2 }, "Gemm", inputs, ("transB", 1L)), x.Rank);
        }

        var y = MicrosoftNode(x with { Width = width }, "FusedMatMul", [x.Name, weight], ("transB", 1L));
        return bias is null ? y : Node(y, "Add", [y.Name, bias]);
    }

    /// <summary>act(x W^T + b).</summary>
    public Value LinearActivation(Value x, string name, int? width, Activation activation, bool bias = true)
    {
        if (IsFused && bias && activation is Activation.Gelu or Activation.GeluTanh)
        {
            var y = Linear(x, name, width, bias: false);
            var operation = activation == Activation.Gelu ? "BiasGelu" : "FastGelu";
            return MicrosoftNode(y, operation, [y.Name, Weight(Tensor(name + ".bias", y.Width), y.Type)]);
        }

        return Activate(Linear(x, name, width, bias), activation);
    }

    public Value Activate(Value x, Activation activation)
    {
        switch (activation)
        {
            case Activation.Relu:
                return Node(x, "Relu", [x.Name]);
            case Activation.Tanh:
                return Node(x, "Tanh", [x.Name]);
            case Activation.Gelu:
                return Node(x, "Gelu", [x.Name]);
            case Activation.GeluTanh:
                return IsFused ? MicrosoftNode(x, "FastGelu", [x.Name]) : Node(x, "Gelu", [x.Name], ("approximate", "tanh"));
            default:
                var alpha = activation == Activation.QuickGelu ? 1.702f : 1f;
                return IsFused
                    ? MicrosoftNode(x, "QuickGelu", [x.Name], ("alpha", alpha))
                    : Multiply(x, Node(x, "Sigmoid", [Multiply(x, alpha).Name]));
        }
    }

    public Value Normalize(Value x, Norm norm)
    {
        var scale = Scale(norm, x);
        if (norm.Kind == NormKind.Layer)
        {
            string[] inputs = norm.NoBias ? [x.Name, scale] : [x.Name, scale, Bias(norm, x)];
            return Node(x, "LayerNormalization", inputs, ("axis", -1L), ("epsilon", norm.Epsilon));
        }

        if (IsFused)
        {
            return Node(x, "RMSNormalization", [x.Name, scale], ("axis", -1L), ("epsilon", norm.Epsilon));
        }

        var wide = Cast(x, ElementType.Float32); // squares leave float16's range
        var square = Node(wide, "ReduceMean", [Node(wide, "Mul", [wide.Name, wide.Name]).Name, Longs(-1)], ("keepdims", 1L));
        var root = Node(square, "Sqrt", [Node(square, "Add", [square.Name, Real(norm.Epsilon, ElementType.Float32)]).Name]);
        var y = Cast(Node(wide, "Div", [wide.Name, root.Name]), x.Type);
        return Node(y, "Mul", [y.Name, scale]);
    }

    /// <summary>norm(y + residual + bias) in this graph's precision, and the sum itself in the residual's.</summary>
    /// <param name="residual">[b, s, w], or [1, s, w] for all texts alike.</param>
    /// <param name="bias">Initializer [w], of the residual's type.</param>
    public (Value Normalized, Value Sum) AddNormalize(Value y, Value residual, Norm norm, string? bias = null)
    {
        y = Cast(y, residual.Type);
        if (!IsFused)
        {
            var sum = Add(bias is null ? y : Node(y, "Add", [y.Name, bias]), residual);
            return (Cast(Normalize(sum, norm), Precision), sum);
        }

        var layer = norm.Kind == NormKind.Layer;
        var operation = layer ? "SkipLayerNormalization" : "SkipSimplifiedLayerNormalization";
        List<string> inputs = [y.Name, residual.Name, Scale(norm, y)];
        if (layer)
        {
            inputs.Add(norm.NoBias ? "" : Bias(norm, y));
        }

        inputs.Add(bias ?? "");
        var (normalized, total) = (NewName(operation), NewName("sum"));
        _model.Node(operation, Microsoft, inputs, [normalized, "", "", total], ("epsilon", norm.Epsilon));
        return (Cast(y with { Name = normalized }, Precision), y with { Name = total });
    }

    /// <summary>norm(x W^T + b + residual) and the sum itself: the end of every part of a layer.</summary>
    public (Value Normalized, Value Sum) LinearAddNormalize(Value x, string name, Value residual, Norm norm, bool bias = true)
    {
        if (!IsFused)
        {
            return AddNormalize(Linear(x, name, residual.Width, bias), residual, norm);
        }

        var y = Linear(x, name, residual.Width, bias: false);
        return AddNormalize(y, residual, norm, bias ? Weight(Tensor(name + ".bias", residual.Width), residual.Type) : null);
    }

    string Scale(Norm norm, Value x)
    {
        var tensor = Tensor(norm.Name + ".weight", x.Width);
        return norm.Kind == NormKind.RmsOnePlus
            ? Weight(norm.Name + ".weight+1", Array.ConvertAll(tensor.ToFloats(), v => v + 1), tensor.Shape, x.Type)
            : Weight(tensor, x.Type);
    }

    string Bias(Norm norm, Value x) => Weight(Tensor(norm.Name + ".bias", x.Width), x.Type);

    /// <summary>[b, s, w] as [b*s, w].</summary>
    Value Flat(Value x) =>
        x.Rank == 2 ? x : Once($"flat {x.Name}", () => Node(x with { Rank = 2 }, "Reshape", [x.Name, Longs(-1, x.Width)]));

    /// <summary>[b*s, w] as [b, s, w] again; plain form only, as it reads the shape of the input.</summary>
    Value Unflat(Value x, int rank)
    {
        if (rank == 2)
        {
            return x;
        }

        var rows = Once("batch and length", () => Node(Ids, "Shape", [Ids.Name]));
        var shape = Once($"shape {x.Width}", () => Node(rows, "Concat", [rows.Name, Longs(x.Width)], ("axis", 0L)));
        return Node(x with { Rank = 3 }, "Reshape", [x.Name, shape.Name]);
    }
}
