using System.IO.MemoryMappedFiles;
using ProcessingJob.Contract.Wire;
using static ProcessingJob.Models.Onnx.OnnxFields;

namespace ProcessingJob.Models.Onnx;

/// <summary>
/// Reads an <see cref="OnnxSummary"/> by walking the whole ModelProto, every place where a tensor can stand included (attributes,
/// subgraphs, functions, training graphs), because external data hidden in one that was overlooked would be followed by ONNX Runtime.
/// </summary>
public sealed class OnnxSummaryReader
{
    const string MicrosoftDomain = "com.microsoft";

    /// <summary>Fused operators that are no attention.</summary>
    static readonly HashSet<string> FusedOperators =
    [
        "EmbedLayerNormalization",
        "SkipLayerNormalization",
        "SkipSimplifiedLayerNormalization",
        "BiasGelu",
        "FastGelu",
    ];

    const int MaxDepth = 32;

    readonly List<GraphValue> _inputs = [];
    readonly List<GraphValue> _outputs = [];
    readonly HashSet<string> _locations = [];
    readonly Dictionary<string, int> _initializers = new(StringComparer.Ordinal);
    readonly List<OnnxNode> _graphNodes = [];
    readonly List<OnnxNode> _functionNodes = [];
    List<OnnxNode> _nodes;
    bool _optimized;
    bool _fusedAttention;

    OnnxSummaryReader() => _nodes = _graphNodes;

    public delegate T ModelFunction<T>(ReadOnlySpan<byte> model);

    /// <exception cref="InvalidDataException">The file is not an ONNX model.</exception>
    public static OnnxSummary Read(string path) => WithBytes(path, Read);

    /// <summary>Gives a function the whole file, mapped into memory.</summary>
    /// <exception cref="InvalidDataException">The file is empty, or larger than a protobuf message may be.</exception>
    public static unsafe T WithBytes<T>(string path, ModelFunction<T> function)
    {
        var length = new FileInfo(path).Length;
        if (length == 0)
        {
            throw new InvalidDataException("the file is empty");
        }

        if (length > int.MaxValue)
        {
            throw new InvalidDataException($"{length:N0} bytes are more than a protobuf message may have");
        }

        using var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            return function(new ReadOnlySpan<byte>(start, (int)length));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    public static OnnxSummary Read(ReadOnlySpan<byte> model)
    {
        var reader = new OnnxSummaryReader();
        reader.Model(model);
        if (reader._outputs.Count == 0)
        {
            throw new InvalidDataException("there is no graph with outputs in it");
        }

        return new OnnxSummary
        {
            // Initializers are listed as inputs too by ONNX files of IR version 3.
            Inputs = [.. reader._inputs.Where(i => !reader._initializers.ContainsKey(i.Name))],
            Outputs = reader._outputs,
            ExternalLocations = reader._locations,
            Precision = OperatorPrecision.Of(reader._graphNodes, reader._functionNodes, reader._initializers),
            OutputOperators = reader._outputs.Select(o => o.Name).Distinct().ToDictionary(name => name, reader.Maker),
            Optimized = reader._optimized,
            FusedAttention = reader._fusedAttention,
        };
    }

    void Model(ReadOnlySpan<byte> message)
    {
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == ModelGraph)
            {
                Graph(r.Bytes, 0);
            }
            else if (r.Field == ModelTraining)
            {
                TrainingInfo(r.Bytes);
            }
            else if (r.Field == ModelFunctions)
            {
                Function(r.Bytes);
            }
        }
    }

    void TrainingInfo(ReadOnlySpan<byte> message)
    {
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field is TrainingInitialization or TrainingAlgorithm)
            {
                Graph(r.Bytes, 1);
            }
        }
    }

    void Function(ReadOnlySpan<byte> message)
    {
        _nodes = _functionNodes;
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == FunctionNodes)
            {
                Node(r.Bytes, 1);
            }
            else if (r.Field == FunctionAttributes)
            {
                Attribute(r.Bytes, 1);
            }
        }

        _nodes = _graphNodes;
    }

    void Graph(ReadOnlySpan<byte> message, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException($"graphs are nested more than {MaxDepth} deep");
        }

        var r = new ProtoReader(message);
        while (r.Next())
        {
            switch (r.Field)
            {
                case GraphNodes:
                    Node(r.Bytes, depth);
                    break;
                case GraphInitializers:
                    Tensor(r.Bytes, isInitializer: true);
                    break;
                case GraphInputs when depth == 0:
                    _inputs.Add(OnnxValues.Value(r.Bytes));
                    break;
                case GraphOutputs when depth == 0:
                    _outputs.Add(OnnxValues.Value(r.Bytes));
                    break;
                case GraphSparseInitializers:
                    SparseTensor(r.Bytes);
                    break;
            }
        }
    }

    void Node(ReadOnlySpan<byte> message, int depth)
    {
        var elementType = 0;
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == NodeAttributes)
            {
                elementType = Attribute(r.Bytes, depth) ?? elementType;
            }
        }

        var node = OnnxValues.Node(message, elementType);
        var isAttention = node.Domain is "" or "ai.onnx" or MicrosoftDomain && AttentionOperators.Contain(node.Operation);
        _fusedAttention |= isAttention;
        _optimized |= node.Domain == MicrosoftDomain && (isAttention || FusedOperators.Contains(node.Operation));
        _nodes.Add(node.Operation is "Constant" or "Cast" ? node : node with { ElementType = 0 });
    }

    /// <returns>The element type that it names: of its tensor, or the one to cast to; null for others.</returns>
    int? Attribute(ReadOnlySpan<byte> message, int depth)
    {
        int? elementType = null;
        var name = "";
        var r = new ProtoReader(message);
        while (r.Next())
        {
            switch (r.Field)
            {
                case AttributeName:
                    name = r.Text;
                    break;
                case AttributeInteger when name == "to":
                    elementType = (int)r.Number;
                    break;
                case AttributeFloat or AttributeFloats when name is "value_float" or "value_floats":
                    elementType = ElementFloat;
                    break;
                case AttributeTensor or AttributeTensors:
                    elementType = Tensor(r.Bytes, isInitializer: false);
                    break;
                case AttributeGraph or AttributeGraphs:
                    Graph(r.Bytes, depth + 1);
                    break;
                case AttributeSparseTensor or AttributeSparseTensors:
                    SparseTensor(r.Bytes);
                    break;
            }
        }

        return elementType;
    }

    void SparseTensor(ReadOnlySpan<byte> message)
    {
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field is SparseValues or SparseIndices)
            {
                Tensor(r.Bytes, isInitializer: false);
            }
        }
    }

    int Tensor(ReadOnlySpan<byte> message, bool isInitializer)
    {
        var (name, type) = OnnxValues.Tensor(message);
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == TensorExternal)
            {
                ExternalEntry(r.Bytes);
            }
        }

        if (isInitializer)
        {
            _initializers[name] = type;
        }

        return type;
    }

    /// <summary>The operator that makes a value, casts aside; empty where none of the graph does.</summary>
    string Maker(string value)
    {
        for (var i = _graphNodes.Count - 1; i >= 0; i--)
        {
            var node = _graphNodes[i];
            if (!node.Outputs.Contains(value))
            {
                continue;
            }

            if (node.Operation is not ("Cast" or "Identity") || node.Inputs.Count == 0)
            {
                return node.Operation;
            }

            value = node.Inputs[0];
        }

        return "";
    }

    void ExternalEntry(ReadOnlySpan<byte> message)
    {
        var (key, value) = OnnxValues.Entry(message);
        if (key == "location")
        {
            _locations.Add(value);
        }
    }
}
