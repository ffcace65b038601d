namespace ProcessingJob.Data.Reading;

enum ThriftType
{
    Stop = 0,
    True = 1,
    False = 2,
    Byte = 3,
    I16 = 4,
    I32 = 5,
    I64 = 6,
    Double = 7,
    Binary = 8,
    List = 9,
    Set = 10,
    Map = 11,
    Struct = 12,
    Uuid = 13,
}

readonly record struct ThriftField(int Id, ThriftType Type);

/// <summary>
/// Thrift's compact protocol (thrift-compact-protocol.md), reading only. Faults of the bytes are exceptions of their access.
/// </summary>
ref struct ThriftReader(ReadOnlySpan<byte> data)
{
    const int MaxDepth = 64;
    readonly ReadOnlySpan<byte> _data = data;
    int _at,
        _depth;

    /// <summary>Enters a structure; what it gives goes to <see cref="Next"/>.</summary>
    public int Begin() => _depth++ < MaxDepth ? 0 : throw new InvalidDataException("structures nested too deep");

    /// <summary>The next field of a structure; null at its end.</summary>
    public ThriftField? Next(ref int last)
    {
        var head = _data[_at++];
        if (head == 0)
        {
            _depth--;
            return null;
        }

        last = head >> 4 == 0 ? (int)Integer() : last + (head >> 4);
        return new(last, (ThriftType)(head & 15));
    }

    /// <summary>A zigzag integer of any width.</summary>
    public long Integer()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ReadOnlySpan<byte> Bytes()
    {
        var bytes = _data.Slice(_at, checked((int)Unsigned()));
        _at += bytes.Length;
        return bytes;
    }

    /// <summary>Count of a list's items.</summary>
    public int List(ThriftType expected)
    {
        var (count, type) = ListHead();
        return type == expected || count == 0 ? count : throw new InvalidDataException($"a list of {type}, expected {expected}");
    }

    public void Skip(ThriftType type)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                break;
            case ThriftType.Byte:
                _at++;
                break;
            case ThriftType.I16 or ThriftType.I32 or ThriftType.I64:
                Unsigned();
                break;
            case ThriftType.Double:
                _at += 8;
                break;
            case ThriftType.Uuid:
                _at += 16;
                break;
            case ThriftType.Binary:
                Bytes();
                break;
            case ThriftType.List or ThriftType.Set:
                SkipList();
                break;
            case ThriftType.Map:
                SkipMap();
                break;
            case ThriftType.Struct:
                var scope = Begin();
                while (Next(ref scope) is { } field)
                {
                    Skip(field.Type);
                }

                break;
            default:
                throw new InvalidDataException($"a field of type {(int)type}");
        }
    }

    void SkipList()
    {
        var (count, type) = ListHead();
        for (; count > 0; count--)
        {
            SkipItem(type);
        }
    }

    void SkipMap()
    {
        var count = checked((int)Unsigned());
        if (count == 0)
        {
            return;
        }

        var types = _data[_at++];
        for (; count > 0; count--)
        {
            SkipItem((ThriftType)(types >> 4));
            SkipItem((ThriftType)(types & 15));
        }
    }

    /// <summary>In a collection a boolean takes a byte.</summary>
    void SkipItem(ThriftType type)
    {
        // Lists of lists nest without a structure between them.
        if (_depth++ >= MaxDepth)
        {
            throw new InvalidDataException("structures nested too deep");
        }

        Skip(type is ThriftType.True or ThriftType.False ? ThriftType.Byte : type);
        _depth--;
    }

    (int Count, ThriftType Type) ListHead()
    {
        var head = _data[_at++];
        var count = head >> 4 == 15 ? checked((int)Unsigned()) : head >> 4;
        return count <= _data.Length - _at
            ? (count, (ThriftType)(head & 15))
            : throw new InvalidDataException($"a list of {count} items in {_data.Length - _at} bytes");
    }

    ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = _data[_at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("an integer of more than 64 bits");
    }
}
