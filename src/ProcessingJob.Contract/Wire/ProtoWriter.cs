using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ProcessingJob.Contract.Wire;

/// <summary>
/// Writes the fields of one protobuf message: the kinds that ONNX and SentencePiece use.
/// Wire format: protobuf.dev/programming-guides/encoding.
/// </summary>
public sealed class ProtoWriter
{
    readonly List<byte> _written = [];

    /// <summary>Bytes written so far.</summary>
    public int Length => _written.Count;

    public byte[] ToArray() => [.. _written];

    public void WriteTo(Stream stream) => stream.Write(CollectionsMarshal.AsSpan(_written));

    /// <summary>A varint; negative numbers take ten bytes, as int32, int64 and enum fields do.</summary>
    public ProtoWriter Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    /// <summary>A float, as a fixed field of 4 bytes.</summary>
    public ProtoWriter Single(int field, float value)
    {
        Varint((ulong)field << 3 | 5);
        Span<byte> bits = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bits, value);
        _written.AddRange(bits);
        return this;
    }

    /// <summary>A string, as UTF-8.</summary>
    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter message) => Bytes(field, CollectionsMarshal.AsSpan(message._written));

    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Header(field, value.Length);
        _written.AddRange(value);
        return this;
    }

    /// <summary>
    /// Tag and length of a field whose <paramref name="length"/> bytes the caller writes itself: large data need no copy here.
    /// </summary>
    public ProtoWriter Header(int field, long length)
    {
        Varint((ulong)field << 3 | 2);
        Varint((ulong)length);
        return this;
    }

    /// <summary>A whole field, tag included, such as <see cref="ProtoReader.Raw"/>.</summary>
    public ProtoWriter Raw(ReadOnlySpan<byte> field)
    {
        _written.AddRange(field);
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
