using System.Buffers.Binary;
using System.Text;

namespace ProcessingJob.Inference;

/// <summary>
/// Walks the fields of one protobuf message without copying it. Anything malformed throws <see cref="InvalidDataException"/>;
/// the caller names the file.
/// </summary>
ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    ReadOnlySpan<byte> _rest = message;
    ReadOnlySpan<byte> _bytes;
    ReadOnlySpan<byte> _raw;
    ulong _number;

    /// <summary>Number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>True for a varint or fixed field, read by <see cref="Number"/>; false for <see cref="Bytes"/>.</summary>
    public bool IsNumber { get; private set; }

    public readonly long Number => IsNumber ? (long)_number : throw new InvalidDataException($"field {Field} is not a number");

    public readonly ReadOnlySpan<byte> Bytes => !IsNumber ? _bytes : throw new InvalidDataException($"field {Field} is not a message");

    /// <summary>The field as it stands in the message, tag and length included.</summary>
    public readonly ReadOnlySpan<byte> Raw => _raw;

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var begin = _rest;
        var tag = Varint();
        if (tag >> 3 is 0 or > 0x1FFFFFFF)
        {
            throw new InvalidDataException("a field number is out of range");
        }

        Field = (int)(tag >> 3);
        var wire = (int)(tag & 7);
        IsNumber = wire != 2;
        switch (wire)
        {
            case 0:
                _number = Varint();
                break;
            case 1:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                _bytes = Take(Varint());
                break;
            case 5:
                _number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new InvalidDataException($"wire type {wire} does not occur in ONNX");
        }

        _raw = begin[..^_rest.Length];
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

        var packed = new ProtoReader(_bytes);
        while (!packed._rest.IsEmpty)
        {
            values.Add((long)packed.Varint());
        }
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw new InvalidDataException("a field reaches over the end of the file");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    ulong Varint()
    {
        ulong value = 0;
        for (var i = 0; i < 10; i++)
        {
            if (i == _rest.Length)
            {
                throw new InvalidDataException("the file ends inside a number");
            }

            var b = _rest[i];
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b >= 0x80)
            {
                continue;
            }

            _rest = _rest[(i + 1)..];
            return value;
        }

        throw new InvalidDataException("a number is longer than 10 bytes");
    }
}
