using System.Text;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// One JSON object a line, or those of one array. A column is a member's name, or a path <c>a.b</c> into nested objects; of equal
/// names the last counts.
/// </summary>
sealed class JsonlFormat : RecordFormat
{
    readonly Node _root = new("");
    readonly Slot[] _slots;

    /// <summary>Which slots hold the value of a member of their whole name.</summary>
    readonly bool[] _whole;
    readonly string _file;
    readonly bool _isArray,
        _keepsAll;

    public JsonlFormat(RowPlan plan, string file, bool isArray)
    {
        (_file, _isArray, _keepsAll) = (file, isArray, plan.KeepsAll);
        _slots = new Slot[plan.Names.Length];
        _whole = new bool[plan.Names.Length];
        for (var slot = 0; slot < plan.Names.Length; slot++)
        {
            var name = plan.Names[slot];
            // A member of the whole name counts before one inside an object of the name's first part.
            (_root.Child(name).Slot, _root.Child(name).IsWhole) = (slot, name.Contains('.'));
            if (!name.Contains('.'))
            {
                continue;
            }

            var node = _root;
            foreach (var part in name.Split('.'))
            {
                node = node.Child(part);
            }

            node.Slot = slot;
        }
    }

    public override bool HasLines => !_isArray;

    public override RecordCut Cut(ReadOnlySpan<byte> data, bool atEnd, int limit)
    {
        if (!_isArray)
        {
            return base.Cut(data, atEnd, limit);
        }

        RecordCut? element;
        try
        {
            element = JsonBytes.CutElement(data, atEnd);
        }
        catch (FormatException e)
        {
            throw new PJobException($"{_file}: {e.Message}; fix: make or copy the file again, or write its objects as lines (jq -c '.[]')");
        }

        return element is { } cut && cut.Content <= limit ? cut
            : element is not null || data.Length > limit
                ? throw new PJobException(
                    $"{_file}: an element of the JSON array is longer than {limit} bytes; fix: write the file as lines (jq -c '.[]')"
                )
            : RecordCut.NeedMore;
    }

    public override bool IsBlank(ReadOnlySpan<byte> content) => JsonBytes.Trim(content).IsEmpty;

    public override void Parse(ReadOnlySpan<byte> record, long row, long offset, RowBuilder into)
    {
        var value = JsonBytes.Trim(record);
        if (Fault(value, row, offset, value, into) is not { } message)
        {
            return;
        }

        // What Python writes for numbers that JSON has no word for is a value of doubles, and costs nothing where nobody asked for it.
        if (JsonBytes.Lenient(value) is not { } mended || Fault(mended, row, offset, value, into) is not null)
        {
            into.Reject(row, offset, RejectReason.BadRecord, message, value);
        }
    }

    /// <summary>Adds a record to the builder, as a row or a reject; where it is no JSON object says why and adds nothing.</summary>
    /// <param name="record">What is parsed.</param>
    /// <param name="row">Its index.</param>
    /// <param name="offset">Of its first byte.</param>
    /// <param name="shown">The record itself, of the same length, in which the values lie.</param>
    /// <param name="into">The builder.</param>
    string? Fault(ReadOnlySpan<byte> record, long row, long offset, ReadOnlySpan<byte> shown, RowBuilder into)
    {
        Array.Clear(_slots);
        Array.Clear(_whole);
        try
        {
            var reader = new Utf8JsonReader(record, JsonBytes.ReaderOptions);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return "not a JSON object; expected one on every line";
            }

            ReadObject(ref reader, _root);
            // Anything behind the object throws.
            reader.Read();
            into.Add(shown, _slots, row, offset);
            return null;
        }
        catch (JsonException e)
        {
            return $"not JSON: {JsonFault.FirstSentence(e.Message)}";
        }
        catch (InvalidOperationException)
        {
            into.Reject(row, offset, RejectReason.BadEncoding, "a name is not UTF-8", shown);
            return null;
        }
    }

    void ReadObject(ref Utf8JsonReader reader, Node node)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var child = node.Find(ref reader);
            var name = _keepsAll && child is null && node == _root ? reader.GetString() : null;
            reader.Read();
            if (child is { HasChildren: true } && reader.TokenType == JsonTokenType.StartObject)
            {
                var start = (int)reader.TokenStartIndex;
                ReadObject(ref reader, child);
                if (IsOpen(child))
                {
                    _slots[child.Slot] = new(start, (int)reader.BytesConsumed - start, SlotKind.JsonRaw);
                }
            }
            else if (child is { Slot: >= 0 })
            {
                var value = Value(ref reader);
                if (IsOpen(child))
                {
                    _slots[child.Slot] = value;
                    _whole[child.Slot] |= child.IsWhole;
                }
            }
            else if (name is not null && reader.TokenType != JsonTokenType.Null)
            {
                throw new PJobException(
                    $"{_file}: found the member '{name}', which the first records of the job's first file do not have; input.keep "
                        + "\"*\" carries their members: name those to keep"
                );
            }
            else
            {
                reader.Skip();
            }
        }
    }

    bool IsOpen(Node node) => node.Slot >= 0 && (node.IsWhole || !_whole[node.Slot]);

    /// <summary>The value the reader stands on; it stands on the value's end afterwards.</summary>
    static Slot Value(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.ValueIsEscaped
                    ? new(start, reader.ValueSpan.Length + 2, SlotKind.JsonEscaped)
                    : new(start + 1, reader.ValueSpan.Length, SlotKind.JsonText);
            case JsonTokenType.Number:
                return new(start, reader.ValueSpan.Length, SlotKind.JsonNumber);
            case JsonTokenType.True or JsonTokenType.False:
                return new(start, reader.ValueSpan.Length, SlotKind.JsonBool);
            case JsonTokenType.Null:
                return new(start, 0, SlotKind.Null);
            default:
                reader.Skip();
                return new(start, (int)reader.BytesConsumed - start, SlotKind.JsonRaw);
        }
    }

    sealed class Node(string name)
    {
        readonly List<Node> _children = [];
        readonly byte[] _name = Encoding.UTF8.GetBytes(name);

        public int Slot { get; set; } = -1;

        /// <summary>Whether the member has a name with dots itself.</summary>
        public bool IsWhole { get; set; }
        public bool HasChildren => _children.Count > 0;

        public Node Child(string childName)
        {
            var bytes = Encoding.UTF8.GetBytes(childName);
            var child = _children.Find(c => c._name.AsSpan().SequenceEqual(bytes));
            if (child is null)
            {
                _children.Add(child = new(childName));
            }

            return child;
        }

        public Node? Find(ref Utf8JsonReader reader)
        {
            foreach (var child in _children)
            {
                if (reader.ValueTextEquals(child._name))
                {
                    return child;
                }
            }
            return null;
        }
    }
}
