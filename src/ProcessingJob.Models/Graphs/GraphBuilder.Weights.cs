using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ProcessingJob.Models.Weights;

namespace ProcessingJob.Models.Graphs;

/// <summary>Initializers: weights where they lie, converted copies where their type differs, and constants.</summary>
sealed unsafe partial class GraphBuilder
{
    /// <summary>Smaller ones stand in the model, where ONNX Runtime's optimizer may read them, bytes.</summary>
    const int SmallWeight = 1024;

    readonly HashSet<string> _initializers = new(StringComparer.Ordinal);
    readonly List<NativeBuffer> _buffers = [];

    public IReadOnlyList<NativeBuffer> Buffers => _buffers;

    /// <summary>A tensor of the checkpoint, of the shape that the config says.</summary>
    /// <exception cref="Contract.PJobException">Model: it is missing or has another shape.</exception>
    public StoredTensor Tensor(string name, params ReadOnlySpan<long> shape)
    {
        var tensor = checkpoint.Get(name);
        return tensor.Shape.SequenceEqual(shape.ToArray())
            ? tensor
            : throw tensor.Refuse($"found the shape {tensor.ShapeText}, the config asks for [{string.Join(", ", shape.ToArray())}]");
    }

    /// <summary>A table of as many rows as the checkpoint has, <paramref name="width"/> values each.</summary>
    public StoredTensor Table(string name, int width)
    {
        var tensor = checkpoint.Get(name);
        return tensor.Shape is [> 0 and <= int.MaxValue, var columns] && columns == width
            ? tensor
            : throw tensor.Refuse($"found the shape {tensor.ShapeText}, the config asks for rows of {width}");
    }

    /// <summary>Name of an initializer with a tensor's values: the mapped memory itself where the type is right.</summary>
    public string Weight(StoredTensor tensor, ElementType type)
    {
        var name = type == Precision ? tensor.Name : $"{tensor.Name}:{type}";
        if (!_initializers.Add(name))
        {
            return name;
        }

        if (tensor.Count * type.Size() <= SmallWeight)
        {
            Constant(name, tensor.ToFloats(), tensor.Shape, type);
            return name;
        }

        if (options.WithoutWeights)
        {
            WeightConversion.RequireReadable(tensor);
            _model.Weight(new GraphWeight(name, type, tensor.Shape, 0, tensor.Count * type.Size(), IsMapped: true));
            return name;
        }

        var wanted = type == ElementType.Float16 ? WeightType.F16 : WeightType.F32;
        if (tensor.Type == wanted && tensor.IsAligned)
        {
            tensor.RequireFinite();
            _model.Weight(new GraphWeight(name, type, tensor.Shape, tensor.Address, tensor.Count * type.Size(), IsMapped: true));
            return name;
        }

        var buffer = NewWeight(name, type, tensor.Shape, tensor.Count);
        if (type == ElementType.Float16)
        {
            WeightConversion.ToFloat16(tensor, (Half*)buffer.Address);
        }
        else
        {
            WeightConversion.ToFloat32(tensor, (float*)buffer.Address);
        }

        return name;
    }

    /// <summary>Name of an initializer with computed values; the same name must mean the same values.</summary>
    public string Weight(string name, float[] values, IReadOnlyList<long> shape, ElementType type)
    {
        name = type == Precision ? name : $"{name}:{type}";
        if (!_initializers.Add(name))
        {
            return name;
        }

        if (values.Length * type.Size() <= SmallWeight)
        {
            Constant(name, values, shape, type);
            return name;
        }

        var buffer = NewWeight(name, type, shape, values.Length);
        if (type == ElementType.Float16)
        {
            WeightConversion.Narrow(values, new Span<Half>((void*)buffer.Address, values.Length), message => Refuse($"{name}: {message}"));
        }
        else
        {
            values.CopyTo(new Span<float>((void*)buffer.Address, values.Length));
        }

        return name;
    }

    /// <summary>Name of a list [n] of int64.</summary>
    public string Longs(params long[] values) => Integers($"longs({string.Join(',', values)})", values, [values.Length]);

    /// <summary>Name of a scalar int64.</summary>
    public string Long(long value) => Integers($"long({value})", [value], []);

    /// <summary>Name of an int64 constant of any shape.</summary>
    public string Integers(string name, ReadOnlySpan<long> values, IReadOnlyList<long> shape)
    {
        if (_initializers.Add(name))
        {
            var bytes = new byte[values.Length * 8];
            for (var i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * 8), values[i]);
            }

            _model.Constant(name, ElementType.Int64, shape, bytes);
        }

        return name;
    }

    /// <summary>Name of a scalar.</summary>
    public string Real(double value, ElementType type) => Weight($"real({value:R})", [(float)value], [], type);

    void Constant(string name, float[] values, IReadOnlyList<long> shape, ElementType type)
    {
        if (type == ElementType.Float32)
        {
            _model.Constant(name, type, shape, MemoryMarshal.AsBytes(values.AsSpan()));
            return;
        }

        var halves = new Half[values.Length];
        WeightConversion.Narrow(values, halves, message => Refuse($"{name}: {message}"));
        _model.Constant(name, type, shape, MemoryMarshal.AsBytes(halves.AsSpan()));
    }

    NativeBuffer NewWeight(string name, ElementType type, IReadOnlyList<long> shape, long count)
    {
        var buffer = new NativeBuffer(count * type.Size());
        _buffers.Add(buffer);
        _model.Weight(new GraphWeight(name, type, shape, buffer.Address, count * type.Size(), IsMapped: false));
        return buffer;
    }
}
