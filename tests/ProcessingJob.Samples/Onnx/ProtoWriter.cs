using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ProcessingJob.Samples.Onnx;

/// <summary>One protocol buffers message in memory: tags, varints and length-delimited fields, no more than ONNX needs.</summary>
sealed class ProtoWriter
{
    const int LongestVarint = 10;

    readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public ProtoWriter Integer(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public ProtoWriter Float(int field, float value)
    {
        Varint(((ulong)field << 3) | 5);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Data(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter message) => Data(field, message.Bytes);

    public ProtoWriter Data(int field, ReadOnlySpan<byte> value)
    {
        Header(field, value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>Tag and length of a length-delimited field whose bytes follow elsewhere.</summary>
    public ProtoWriter Header(int field, long length)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)length);
        return this;
    }

    void Varint(ulong value)
    {
        var span = _bytes.GetSpan(LongestVarint);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }

        span[length++] = (byte)value;
        _bytes.Advance(length);
    }
}
