using System.Text.Json;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>JSON lines. Columns have the type of all their non-null values among the first 1,000 records or 1 MiB.</summary>
sealed class JsonlInput : RecordInput
{
    const int SampleRecords = 1000,
        SampleBytes = 1 << 20;

    public override RecordFormat CreateFormat(string file, RowPlan plan, FileHead head, ReadOptions options) => new JsonlFormat(plan);

    public override async Task<FoundColumns> FindColumnsAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken)
    {
        var columns = new List<(string Name, ColumnType? Type)>();
        var compression = await Decompression.DetectAsync(source, cancellationToken).ConfigureAwait(false);
        var feed = new RecordFeed(Decompression.Open(source, compression, 0, SampleBytes, ReadOptions.Of(input)), 0);
        await using var feedScope = feed.ConfigureAwait(false);
        var lines = new TextFormat(0);
        for (var records = 0; records < SampleRecords && feed.Offset < SampleBytes; )
        {
            var cut = lines.Cut(feed.Data, feed.AtEnd, SampleBytes);
            if (cut.Fault == RecordFault.NeedMore)
            {
                await feed.FillAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }
            if (cut.Fault == RecordFault.TooLarge || feed.Data.IsEmpty)
            {
                break;
            }

            Sample(feed.Data[..cut.Content], columns, input);
            feed.Consume(cut.Length);
            records++;
        }
        // A member that the first records lack may still come.
        return new([.. columns.Select(c => new KeptColumn(c.Name, c.Type ?? ColumnType.String))], IsComplete: false);
    }

    static void Sample(ReadOnlySpan<byte> line, List<(string Name, ColumnType? Type)> columns, InputSpec input)
    {
        try
        {
            var reader = new Utf8JsonReader(line.StartsWith("\uFEFF"u8) ? line[3..] : line);
            using var json = JsonDocument.ParseValue(ref reader);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return;
            }

            foreach (var member in json.RootElement.EnumerateObject())
            {
                Merge(columns, member.Name, member.Value);
            }

            foreach (var path in input.Keep.Append(input.Id ?? "").Where(name => name.Contains('.')))
            {
                var value = json.RootElement;
                if (path.Split('.').All(part => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(part, out value)))
                {
                    Merge(columns, path, value);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A broken record says nothing about types; it is rejected when it is read.
        }
    }

    static void Merge(List<(string Name, ColumnType? Type)> columns, string name, JsonElement value)
    {
        ColumnType? type = value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number => value.TryGetInt64(out _) ? ColumnType.Int64 : ColumnType.Double,
            JsonValueKind.True or JsonValueKind.False => ColumnType.Bool,
            _ => ColumnType.String,
        };
        var at = columns.FindIndex(c => c.Name == name);
        if (at < 0)
        {
            columns.Add((name, type));
        }
        else
        {
            columns[at] = (name, Widen(columns[at].Type, type));
        }
    }

    static ColumnType? Widen(ColumnType? a, ColumnType? b) =>
        (a, b) switch
        {
            (null, _) => b,
            (_, null) => a,
            _ when a == b => a,
            (ColumnType.Int64, ColumnType.Double) or (ColumnType.Double, ColumnType.Int64) => ColumnType.Double,
            _ => ColumnType.String,
        };
}
