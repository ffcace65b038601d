using System.Runtime.InteropServices;
using System.Text;

namespace ProcessingJob.Inference;

/// <summary>Writes protobuf fields: the kinds that ONNX graphs need.</summary>
sealed class ProtoWriter
{
    readonly List<byte> _written = [];

    public byte[] ToArray() => [.. _written];

    public ProtoWriter Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter message) => Bytes(field, CollectionsMarshal.AsSpan(message._written));

    /// <summary>A whole field, tag included.</summary>
    public ProtoWriter Raw(ReadOnlySpan<byte> field)
    {
        _written.AddRange(field);
        return this;
    }

    public void WriteTo(Stream stream) => stream.Write(CollectionsMarshal.AsSpan(_written));

    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((ulong)field << 3 | 2);
        Varint((ulong)value.Length);
        _written.AddRange(value);
        return this;
    }

    void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _written.Add((byte)(value | 0x80));
        }

        _written.Add((byte)value);
    }
}
