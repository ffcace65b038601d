namespace ProcessingJob.Samples.Onnx;

/// <summary>An initializer whose bytes are written when the file is, so that large weights are never held.</summary>
sealed class OnnxTensor
{
    readonly ProtoWriter _head = new();
    readonly Action<Stream> _writeData;
    readonly long _dataLength;

    OnnxTensor(string name, ElementType type, long[] dimensions, long dataLength, Action<Stream> writeData)
    {
        (Name, _dataLength, _writeData) = (name, dataLength, writeData);
        foreach (var dimension in dimensions)
        {
            _head.Integer(1, dimension);
        }

        _head.Integer(2, (int)type).Text(8, name).Header(9, dataLength);
    }

    public string Name { get; }

    /// <summary>Length of the whole TensorProto.</summary>
    public long Length => _head.Bytes.Length + _dataLength;

    public static OnnxTensor Constant(string name, ElementType type, long[] dimensions, byte[] data) =>
        new(name, type, dimensions, data.Length, stream => stream.Write(data));

    public static OnnxTensor Random(string name, long[] dimensions, WeightSource weights)
    {
        var count = dimensions.Aggregate(1L, (product, dimension) => product * dimension);
        return new(name, ElementType.Float, dimensions, count * sizeof(float), stream => weights.Write(stream, name, count));
    }

    public void Write(Stream into)
    {
        into.Write(_head.Bytes);
        _writeData(into);
    }
}
