using System.Buffers.Binary;
using System.Text;

namespace ProcessingJob.Inference;

/// <summary>
/// Walks the fields of one protobuf message without copying it. Anything malformed throws <see cref="InvalidDataException"/>;
/// the caller names the file.
/// </summary>
ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    ReadOnlySpan<byte> rest = message;
    ReadOnlySpan<byte> bytes;
    ReadOnlySpan<byte> raw;
    ulong number;

    /// <summary>Number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>True for a varint or fixed field, read by <see cref="Number"/>; false for <see cref="Bytes"/>.</summary>
    public bool IsNumber { get; private set; }

    public readonly long Number => IsNumber ? (long)number : throw new InvalidDataException($"field {Field} is not a number");

    public readonly ReadOnlySpan<byte> Bytes => !IsNumber ? bytes : throw new InvalidDataException($"field {Field} is not a message");

    /// <summary>The field as it stands in the message, tag and length included.</summary>
    public readonly ReadOnlySpan<byte> Raw => raw;

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        if (rest.IsEmpty) return false;
        var begin = rest;
        var tag = Varint();
        if (tag >> 3 is 0 or > 0x1FFFFFFF) throw new InvalidDataException("a field number is out of range");
        Field = (int)(tag >> 3);
        var wire = (int)(tag & 7);
        IsNumber = wire != 2;
        switch (wire)
        {
            case 0:
                number = Varint();
                break;
            case 1:
                number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                bytes = Take(Varint());
                break;
            case 5:
                number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new InvalidDataException($"wire type {wire} does not occur in ONNX");
        }

        raw = begin[..^rest.Length];
        return true;
    }

    /// <summary>Values of a repeated integer field, packed or not, at the current field.</summary>
    public readonly void AddNumbersTo(List<long> values)
    {
        if (IsNumber)
        {
            values.Add(Number);
            return;
        }

        var packed = new ProtoReader(bytes);
        while (!packed.rest.IsEmpty) values.Add((long)packed.Varint());
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length) throw new InvalidDataException("a field reaches over the end of the file");
        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    ulong Varint()
    {
        ulong value = 0;
        for (var i = 0; i < 10; i++)
        {
            if (i == rest.Length) throw new InvalidDataException("the file ends inside a number");
            var b = rest[i];
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b >= 0x80) continue;
            rest = rest[(i + 1)..];
            return value;
        }

        throw new InvalidDataException("a number is longer than 10 bytes");
    }
}
