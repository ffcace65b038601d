using System.Buffers.Binary;
using System.Text;

namespace ProcessingJob.Contract.Wire;

/// <summary>
/// Walks the fields of one protobuf message where it lies (an array, or a mapped file), without copying it. Anything malformed throws
/// <see cref="InvalidDataException"/>, whose message says what is wrong; the caller names the file.
/// Wire format: protobuf.dev/programming-guides/encoding (groups, which neither ONNX nor SentencePiece uses, are refused).
/// </summary>
/// <param name="message">One message; protobuf allows 2 GiB - 1 bytes, as much as a span holds.</param>
public ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    const int VarintType = 0;
    const int Fixed64Type = 1;
    const int BytesType = 2;
    const int Fixed32Type = 5;

    const int LargestField = (1 << 29) - 1;

    readonly ReadOnlySpan<byte> _message = message;
    int _at;
    int _begin;
    int _type;
    ulong _number;
    ReadOnlySpan<byte> _bytes;

    /// <summary>Number of the field that <see cref="Next"/> found, 1 to 2^29 - 1; 0 before the first call.</summary>
    public int Field { get; private set; }

    /// <summary>True for a varint or fixed field, which <see cref="Number"/> reads; false for one that <see cref="Bytes"/> reads.</summary>
    public readonly bool IsNumber => _type != BytesType;

    /// <summary>The varint, or the bits of the fixed field.</summary>
    /// <exception cref="InvalidDataException">The field holds bytes.</exception>
    public readonly long Number => IsNumber ? (long)_number : throw Wrong("a number");

    /// <summary>The float of a fixed field of 4 bytes.</summary>
    /// <exception cref="InvalidDataException">The field is another one.</exception>
    public readonly float Single => _type == Fixed32Type ? BitConverter.UInt32BitsToSingle((uint)_number) : throw Wrong("a float");

    /// <summary>The bytes, string, embedded message or packed values of the field.</summary>
    /// <exception cref="InvalidDataException">The field holds a number.</exception>
    public readonly ReadOnlySpan<byte> Bytes => !IsNumber ? _bytes : throw Wrong("bytes");

    /// <summary>The field as it stands in the message, tag and length included.</summary>
    public readonly ReadOnlySpan<byte> Raw => _message[_begin.._at];

    /// <summary><see cref="Bytes"/> as UTF-8.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    /// <exception cref="InvalidDataException">The message is cut off or not protobuf.</exception>
    public bool Next()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        _begin = _at;
        var tag = Varint();
        if (tag >> 3 is 0 or > LargestField)
        {
            throw new InvalidDataException($"a field has the number {tag >> 3}, expected 1 to {LargestField}");
        }

        Field = (int)(tag >> 3);
        _type = (int)(tag & 7);
        switch (_type)
        {
            case VarintType:
                _number = Varint();
                break;
            case Fixed64Type:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case BytesType:
                _bytes = Take(Varint());
                break;
            case Fixed32Type:
                _number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new InvalidDataException($"field {Field} has the wire type {_type}, expected 0, 1, 2 or 5");
        }

        return true;
    }

    /// <summary>Adds the values of a repeated integer field, packed or not, at the current field.</summary>
    /// <exception cref="InvalidDataException">The packed values are cut off.</exception>
    public readonly void AddNumbersTo(List<long> values)
    {
        if (IsNumber)
        {
            values.Add(Number);
            return;
        }

        var packed = new ProtoReader(_bytes);
        while (packed._at < packed._message.Length)
        {
            values.Add((long)packed.Varint());
        }
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_message.Length - _at))
        {
            throw new InvalidDataException(
                $"field {Field} of {count:N0} bytes reaches over the end of its message by {count - (ulong)(_message.Length - _at):N0}"
            );
        }

        var taken = _message.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at == _message.Length)
            {
                throw new InvalidDataException("the message ends inside a number");
            }

            var b = _message[_at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number is longer than 10 bytes");
    }

    readonly InvalidDataException Wrong(string expected) => new($"field {Field} has the wire type {_type}, expected {expected}");
}
