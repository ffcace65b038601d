using System.Text;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>
/// JSON lines, or one array of objects. Columns have the type of all their non-null values among the first 1,000 records or 1 MiB;
/// where these differ, or where no number type holds them without loss, they are texts.
/// </summary>
sealed class JsonlInput : RecordInput
{
    const int SampleRecords = 1000,
        SampleBytes = 1 << 20;

    public override RecordFormat CreateFormat(string file, RowPlan plan, FileHead head, ReadOptions options) =>
        new JsonlFormat(plan, file, head.IsArray);

    public override async ValueTask<FileHead> ReadHeadAsync(
        RecordFeed feed,
        FileHead start,
        string file,
        ReadOptions options,
        CancellationToken cancellationToken
    )
    {
        int at;
        while ((at = feed.Data.IndexOfAnyExcept(JsonBytes.Blank)) < 0 && !feed.AtEnd)
        {
            if (feed.Data.Length > SampleBytes)
            {
                break;
            }

            await feed.FillAsync(cancellationToken).ConfigureAwait(false);
        }

        if (at < 0 || feed.Data[at] is not ((byte)'[' or (byte)'{'))
        {
            return start;
        }

        if (feed.Data[at] == (byte)'[')
        {
            feed.Consume(at + 1);
            if (feed.AtEnd && feed.Data.IndexOfAnyExcept(JsonBytes.Blank) < 0)
            {
                throw new PJobException($"{file}: the JSON array ends before its ']'; fix: make or copy the file again");
            }

            return start with
            {
                IsArray = true,
                DataStart = feed.Offset,
            };
        }

        var line = feed.Data[(at + 1)..];
        return line.IndexOf((byte)'\n') is >= 0 and var end && line[..end].IndexOfAnyExcept(JsonBytes.Blank) < 0
            ? throw new PJobException(
                $"{file}: its first object spans several lines; expected an object a line, or an array of objects; fix: jq -c . FILE"
            )
            : start;
    }

    public override async Task<FoundColumns> FindColumnsAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken)
    {
        var columns = new SampledColumns(input);
        var options = ReadOptions.Of(input);
        var head = await FileHead.ReadAsync(source, this, options, cancellationToken).ConfigureAwait(false);
        var feed = new RecordFeed(Decompression.Open(source, head.Compression, 0, SampleBytes, options), 0);
        await using var feedScope = feed.ConfigureAwait(false);
        await feed.SkipAsync(head.DataStart, cancellationToken).ConfigureAwait(false);
        var format = new JsonlFormat(new RowPlan(options), source.Name, head.IsArray);
        for (var records = 0; records < SampleRecords && feed.Offset < SampleBytes; )
        {
            if (feed.Data.IsEmpty && feed.AtEnd)
            {
                break;
            }

            var cut = feed.Data.IsEmpty ? RecordCut.NeedMore : format.Cut(feed.Data, feed.AtEnd, options.MaxRecordBytes);
            if (cut.Fault == RecordFault.NeedMore)
            {
                await feed.FillAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }
            if (cut.Fault == RecordFault.TooLarge)
            {
                break;
            }

            columns.Add(JsonBytes.Trim(feed.Data[..cut.Content]));
            feed.Consume(cut.Length);
            records++;
        }
        // A member that the first records lack may still come.
        return new(columns.All, IsComplete: false) { Inner = columns.Inner, Nested = columns.Nested };
    }

    /// <summary>Members and their types, record by record.</summary>
    sealed class SampledColumns(InputSpec input)
    {
        readonly List<(string Name, ValueKinds Kinds)> _columns = [],
            _inner = [];

        public IReadOnlyList<KeptColumn> All =>
            [.. _columns.Select(c => new KeptColumn(c.Name, JsonNumbers.TypeOf(c.Kinds) ?? ColumnType.String))];

        /// <summary>Named members of objects, and those that texts may stand in.</summary>
        public IReadOnlyList<KeptColumn> Inner =>
            [.. _inner.Select(c => new KeptColumn(c.Name, JsonNumbers.TypeOf(c.Kinds) ?? ColumnType.String))];

        public HashSet<string> Nested => [.. _columns.Concat(_inner).Where(c => c.Kinds == ValueKinds.Nested).Select(c => c.Name)];

        public void Add(ReadOnlySpan<byte> record)
        {
            if (!TryAdd(record) && JsonBytes.Lenient(record) is { } mended)
            {
                TryAdd(mended);
            }
        }

        bool TryAdd(ReadOnlySpan<byte> record)
        {
            try
            {
                var reader = new Utf8JsonReader(record, JsonBytes.ReaderOptions);
                using var json = JsonDocument.ParseValue(ref reader);
                if (json.RootElement.ValueKind != JsonValueKind.Object)
                {
                    return true;
                }

                foreach (var member in json.RootElement.EnumerateObject())
                {
                    Merge(_columns, member.Name, member.Value);
                    AddInner(member.Name, member.Value, 1);
                }

                return true;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // A broken record says nothing about types; it is rejected when it is read.
                return false;
            }
        }

        void AddInner(string path, JsonElement value, int depth)
        {
            if (value.ValueKind != JsonValueKind.Object || depth > 8)
            {
                return;
            }

            foreach (var member in value.EnumerateObject())
            {
                var name = $"{path}.{member.Name}";
                if (_inner.Count < 1000 || IsNamed(name))
                {
                    Merge(_inner, name, member.Value);
                }

                AddInner(name, member.Value, depth + 1);
            }
        }

        bool IsNamed(string name) => input.Id == name || input.Keep.Contains(name) || input.Text.Contains(name);

        static void Merge(List<(string Name, ValueKinds Kinds)> columns, string name, JsonElement value)
        {
            var kind = value.ValueKind switch
            {
                JsonValueKind.Null => default,
                JsonValueKind.Number => JsonNumbers.KindOf(Encoding.ASCII.GetBytes(value.GetRawText())),
                JsonValueKind.True or JsonValueKind.False => ValueKinds.Bool,
                JsonValueKind.Object or JsonValueKind.Array => ValueKinds.Nested,
                _ => ValueKinds.Other,
            };
            var at = columns.FindIndex(c => c.Name == name);
            if (at < 0)
            {
                columns.Add((name, kind));
            }
            else
            {
                columns[at] = (name, columns[at].Kinds | kind);
            }
        }
    }
}
