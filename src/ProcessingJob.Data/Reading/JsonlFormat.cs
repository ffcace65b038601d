using System.Text;
using System.Text.Json;
using ProcessingJob.Contract.Output;

namespace ProcessingJob.Data.Reading;

/// <summary>One JSON object a line. A column is a member's name, or a path <c>a.b</c> into nested objects; of equal names the last counts.</summary>
sealed class JsonlFormat : RecordFormat
{
    readonly Node _root = new("");
    readonly Slot[] _slots;

    public JsonlFormat(RowPlan plan)
    {
        _slots = new Slot[plan.Names.Length];
        for (var slot = 0; slot < plan.Names.Length; slot++)
        {
            var name = plan.Names[slot];
            _root.Child(name).Slot = slot;
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

    public override bool IsBlank(ReadOnlySpan<byte> content) =>
        content.IsEmpty
        || (content[0] is (byte)' ' or (byte)'\t' or (byte)'\r' && content.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0);

    public override void Parse(ReadOnlySpan<byte> record, long row, long offset, RowBuilder into)
    {
        Array.Clear(_slots);
        string message;
        try
        {
            var reader = new Utf8JsonReader(record);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadObject(ref reader, _root);
                // Anything behind the object throws.
                reader.Read();
                into.Add(record, _slots, row, offset);
                return;
            }
            message = "not a JSON object; expected one on every line";
        }
        catch (JsonException e)
        {
            message = $"not JSON: {FirstSentence(e.Message)}";
        }
        catch (InvalidOperationException)
        {
            into.Reject(row, offset, RejectReason.BadEncoding, "a name is not UTF-8", record);
            return;
        }
        into.Reject(row, offset, RejectReason.BadRecord, message, record);
    }

    void ReadObject(ref Utf8JsonReader reader, Node node)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var child = node.Find(ref reader);
            reader.Read();
            if (child is { Slot: >= 0 })
            {
                _slots[child.Slot] = Value(ref reader);
            }
            else if (child is { HasChildren: true } && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadObject(ref reader, child);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>The value the reader stands on; it stands on the value's end afterwards.</summary>
    static Slot Value(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.ValueIsEscaped
                    ? new(start, reader.ValueSpan.Length + 2, SlotKind.JsonEscaped)
                    : new(start + 1, reader.ValueSpan.Length, SlotKind.Text);
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

    static string FirstSentence(string message) => message.Split(". ", 2)[0];

    sealed class Node(string name)
    {
        readonly List<Node> _children = [];
        readonly byte[] _name = Encoding.UTF8.GetBytes(name);

        public int Slot { get; set; } = -1;
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
