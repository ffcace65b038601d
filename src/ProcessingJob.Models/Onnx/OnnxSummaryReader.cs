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
    static readonly HashSet<string> FusedOperators =
    [
        "Attention",
        "MultiHeadAttention",
        "PackedAttention",
        "EmbedLayerNormalization",
        "SkipLayerNormalization",
        "SkipSimplifiedLayerNormalization",
        "BiasGelu",
        "FastGelu",
    ];

    const int MaxDepth = 32;

    readonly List<GraphValue> _inputs = [];
    readonly List<GraphValue> _outputs = [];
    readonly HashSet<string> _initializers = [];
    readonly HashSet<string> _locations = [];
    readonly long[] _weightBytes = new long[3];
    bool _optimized;
    long _opset;
    int _nodes;

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

        var total = Math.Max(1, reader._weightBytes.Sum());
        return new OnnxSummary
        {
            // Initializers are listed as inputs too by ONNX files of IR version 3.
            Inputs = [.. reader._inputs.Where(i => !reader._initializers.Contains(i.Name))],
            Outputs = reader._outputs,
            ExternalLocations = reader._locations,
            Precision =
                reader._weightBytes[(int)WeightPrecision.Quantized] * 4 > total ? WeightPrecision.Quantized
                : reader._weightBytes[(int)WeightPrecision.Float16] * 2 > total ? WeightPrecision.Float16
                : WeightPrecision.Float32,
            Optimized = reader._optimized,
            Opset = reader._opset,
            Nodes = reader._nodes,
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
            else if (r.Field == ModelOpsets)
            {
                Opset(r.Bytes);
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

    void Opset(ReadOnlySpan<byte> message)
    {
        var (domain, version) = ("", 0L);
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == OpsetDomain)
            {
                domain = r.Text;
            }
            else if (r.Field == OpsetVersion)
            {
                version = r.Number;
            }
        }

        if (domain is "" or "ai.onnx")
        {
            _opset = version;
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
                    Tensor(r.Bytes, depth == 0);
                    break;
                case GraphInputs when depth == 0:
                    _inputs.Add(Value(r.Bytes));
                    break;
                case GraphOutputs when depth == 0:
                    _outputs.Add(Value(r.Bytes));
                    break;
                case GraphSparseInitializers:
                    SparseTensor(r.Bytes);
                    break;
            }
        }
    }

    void Node(ReadOnlySpan<byte> message, int depth)
    {
        _nodes++;
        var (operation, domain) = ("", "");
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == NodeOperation)
            {
                operation = r.Text;
            }
            else if (r.Field == NodeAttributes)
            {
                Attribute(r.Bytes, depth);
            }
            else if (r.Field == NodeDomain)
            {
                domain = r.Text;
            }
        }

        _optimized |= domain == "com.microsoft" && FusedOperators.Contains(operation);
    }

    void Attribute(ReadOnlySpan<byte> message, int depth)
    {
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field is AttributeTensor or AttributeTensors)
            {
                Tensor(r.Bytes, isInitializer: false);
            }
            else if (r.Field is AttributeGraph or AttributeGraphs)
            {
                Graph(r.Bytes, depth + 1);
            }
            else if (r.Field is AttributeSparseTensor or AttributeSparseTensors)
            {
                SparseTensor(r.Bytes);
            }
        }
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

    void Tensor(ReadOnlySpan<byte> message, bool isInitializer)
    {
        var dimensions = new List<long>();
        var (type, name) = (0L, "");
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == TensorDimensions)
            {
                r.AddNumbersTo(dimensions);
            }
            else if (r.Field == TensorElementType)
            {
                type = r.Number;
            }
            else if (r.Field == TensorName)
            {
                name = r.Text;
            }
            else if (r.Field == TensorExternal)
            {
                ExternalEntry(r.Bytes);
            }
        }

        if (isInitializer)
        {
            _initializers.Add(name);
        }

        var values = dimensions.Aggregate(1L, (product, d) => product * d);
        switch (type)
        {
            case ElementFloat:
                _weightBytes[(int)WeightPrecision.Float32] += 4 * values;
                break;
            case ElementFloat16 or ElementBfloat16:
                _weightBytes[(int)WeightPrecision.Float16] += 2 * values;
                break;
            case ElementUint8 or ElementInt8 or ElementUint4 or ElementInt4:
                _weightBytes[(int)WeightPrecision.Quantized] += values;
                break;
        }
    }

    void ExternalEntry(ReadOnlySpan<byte> message)
    {
        var (key, value) = Entry(message);
        if (key == "location")
        {
            _locations.Add(value);
        }
    }

    /// <summary>A StringStringEntryProto.</summary>
    public static (string Key, string Value) Entry(ReadOnlySpan<byte> message)
    {
        var (key, value) = ("", "");
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == EntryKey)
            {
                key = r.Text;
            }
            else if (r.Field == EntryValue)
            {
                value = r.Text;
            }
        }

        return (key, value);
    }

    public static GraphValue Value(ReadOnlySpan<byte> message)
    {
        var (name, elementType) = ("", 0);
        var dimensions = new List<long>();
        var r = new ProtoReader(message);
        while (r.Next())
        {
            if (r.Field == ValueName)
            {
                name = r.Text;
            }
            else if (r.Field == ValueKind)
            {
                TensorType(r.Bytes, ref elementType, dimensions);
            }
        }

        return new GraphValue(name, elementType, [.. dimensions]);
    }

    static void TensorType(ReadOnlySpan<byte> type, ref int elementType, List<long> dimensions)
    {
        var r = new ProtoReader(type);
        while (r.Next())
        {
            if (r.Field != TypeOfTensor)
            {
                continue;
            }

            var tensor = new ProtoReader(r.Bytes);
            while (tensor.Next())
            {
                if (tensor.Field == TensorTypeElement)
                {
                    elementType = (int)tensor.Number;
                }
                else if (tensor.Field == TensorTypeShape)
                {
                    Shape(tensor.Bytes, dimensions);
                }
            }
        }
    }

    static void Shape(ReadOnlySpan<byte> shape, List<long> dimensions)
    {
        var r = new ProtoReader(shape);
        while (r.Next())
        {
            if (r.Field != ShapeDimensions)
            {
                continue;
            }

            var value = -1L;
            var dimension = new ProtoReader(r.Bytes);
            while (dimension.Next())
            {
                if (dimension.Field == DimensionValue)
                {
                    value = dimension.Number;
                }
            }

            dimensions.Add(value);
        }
    }
}
