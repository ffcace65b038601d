using ProcessingJob.Contract;
using ProcessingJob.Models.Weights;

namespace ProcessingJob.Models.Graphs;

/// <summary>
/// Builds one encoder's graph from a checkpoint. A family says what its layers are; this class says how that is written in the plain and
/// in the fused form. Weights take the type of the values they meet, so what is cast to float32 is computed in float32.
/// No node reads a shape in the fused form: such nodes run on the CPU and stop a GPU.
/// </summary>
sealed partial class GraphBuilder(Checkpoint checkpoint, string configPath, GraphOptions options)
{
    public const string Microsoft = "com.microsoft";

    const string Batch = "batch";
    const string Sequence = "sequence";

    readonly OnnxModel _model = new() { Opset = options.Form == GraphForm.Fused ? 24 : 20 };
    readonly Dictionary<string, Value> _memo = new(StringComparer.Ordinal);
    int _values;

    public OnnxModel Model => _model;

    public bool IsFused { get; } = options.Form == GraphForm.Fused;

    /// <summary>Type of weights and values, but for what a family or head keeps in float32.</summary>
    public ElementType Precision { get; } = options.Precision == GraphPrecision.Float16 ? ElementType.Float16 : ElementType.Float32;

    /// <summary>What stands before the encoder's tensors in the checkpoint, such as <c>bert.</c>; heads' tensors have none.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Rows of the word embeddings; set by <see cref="Words"/>.</summary>
    public int VocabularySize { get; private set; }

    /// <summary>Most tokens of a text; families with absolute positions set it.</summary>
    public int? MaxPositions { get; set; }

    public bool Has(string name) => checkpoint.Has(name);

    /// <summary>What stands before a tensor that every folder of the family has.</summary>
    public string PrefixOf(string anchor) => checkpoint.Prefix(anchor);

    /// <exception cref="PJobException">Always: this refusal of the model, exit code 4.</exception>
    public PJobException Refuse(string message) => ModelError.Refuse(configPath, message);

    /// <summary>input_ids, attention_mask or token_type_ids: int64 [b, s].</summary>
    public Value Input(string name) =>
        Once(
            name,
            () =>
            {
                _model.Input(new GraphPort(name, ElementType.Int64, [Batch, Sequence]));
                return new Value(name, 0, 2, ElementType.Int64);
            }
        );

    public Value Ids => Input("input_ids");

    public Value Mask => Input("attention_mask");

    /// <summary>Names a value as an output, in float32.</summary>
    public void Output(string name, Value value)
    {
        var dimensions = value.Rank == 3 ? new[] { Batch, Sequence, $"{value.Width}" } : [Batch, $"{value.Width}"];
        var axes = value.Width == 0 ? [Batch, Sequence] : dimensions;
        _model.Output(new GraphPort(name, ElementType.Float32, axes));
        if (value.Type == ElementType.Float32)
        {
            _model.Node("Identity", "", [value.Name], [name]);
        }
        else
        {
            _model.Node("Cast", "", [value.Name], [name], ("to", (long)ElementType.Float32));
        }
    }

    /// <summary>A node of one output, which is like <paramref name="like"/> but for its name.</summary>
    public Value Node(Value like, string operation, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        NodeOf("", like, operation, inputs, attributes);

    /// <summary>A node of ONNX Runtime's own operators.</summary>
    public Value MicrosoftNode(
        Value like,
        string operation,
        string[] inputs,
        params ReadOnlySpan<(string Name, object Value)> attributes
    ) => NodeOf(Microsoft, like, operation, inputs, attributes);

    /// <summary>Makes a value once and gives it to all who ask for it by the same key.</summary>
    public Value Once(string key, Func<Value> make)
    {
        if (!_memo.TryGetValue(key, out var value))
        {
            value = make();
            _memo[key] = value;
        }

        return value;
    }

    public Value Cast(Value x, ElementType type) =>
        x.Type == type ? x : Once($"cast {x.Name} {type}", () => Node(x with { Type = type }, "Cast", [x.Name], ("to", (long)type)));

    public Value Add(Value a, Value b) => Node(Larger(a, b), "Add", [a.Name, Cast(b, a.Type).Name]);

    public Value Multiply(Value a, Value b) => Node(Larger(a, b), "Mul", [a.Name, Cast(b, a.Type).Name]);

    public Value Multiply(Value x, double factor) => factor == 1 ? x : Node(x, "Mul", [x.Name, Real(factor, x.Type)]);

    Value NodeOf(string domain, Value like, string operation, string[] inputs, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var name = NewName(operation);
        _model.Node(operation, domain, inputs, [name], attributes);
        return like with { Name = name };
    }

    string NewName(string operation) => $"{operation.ToLowerInvariant()}.{_values++}";

    static Value Larger(Value a, Value b) => a.Rank >= b.Rank ? a with { Width = Math.Max(a.Width, b.Width) } : b with { Type = a.Type };
}
