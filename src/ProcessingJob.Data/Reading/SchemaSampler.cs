using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Storage;

namespace ProcessingJob.Data;

/// <summary>
/// Types of the id and the kept columns, for a job whose plan has no schema. Deterministic over the sampled file alone, so call it
/// on the ordinally first file: csv and tsv columns are strings; Parquet columns have the file's types; jsonl columns have the type
/// of all their non-null values among the first records (1,000 records or 1 MiB): int64, double, bool, else string.
/// </summary>
public static class SchemaSampler
{
    const int SampleRecords = 1000,
        SampleBytes = 1 << 20;

    /// <summary>The id first (when the spec names one), then the kept columns in the spec's order; "*" is all columns in file order.</summary>
    /// <exception cref="PJobException">A named column is missing (exit code 2: the spec is wrong), or the file cannot be read.</exception>
    public static async Task<IReadOnlyList<KeptColumn>> InferAsync(
        IByteSource source,
        InputFormat format,
        InputSpec input,
        CancellationToken cancellationToken = default
    )
    {
        var (found, shown) = format switch
        {
            InputFormat.Csv or InputFormat.Tsv => await OfCsvAsync(source, format, input, cancellationToken).ConfigureAwait(false),
            InputFormat.Jsonl => Named(await OfJsonlAsync(source, input, cancellationToken).ConfigureAwait(false)),
            InputFormat.Parquet => await OfParquetAsync(source, cancellationToken).ConfigureAwait(false),
            _ => Named([new(RowPlan.TextColumn, ColumnType.String)]),
        };
        // A member absent from the first records of a jsonl file may still come, unless it is what names every row; columns of the other formats may not.
        var complete = format != InputFormat.Jsonl && found.Count > 0;
        foreach (var text in ReadOptions.TextsOf(input).SelectMany(columns => columns))
        {
            Find(text, complete);
        }

        var schema = new List<KeptColumn>();
        if (input.Id is { } id)
        {
            schema.Add(IdType(Find(id, found.Count > 0)));
        }

        foreach (var name in input.Keep)
        {
            foreach (var column in name == "*" ? found : [Find(name, complete)])
            {
                if (!schema.Exists(c => c.Name == column.Name))
                {
                    schema.Add(column);
                }
            }
        }
        return schema;

        KeptColumn Find(string name, bool mustBeThere) =>
            found.Find(c => c.Name == name)
            ?? (mustBeThere ? throw RowPlan.Missing(source.Name, name, shown, ExitCode.BadSpec) : new(name, ColumnType.String));
    }

    static (List<KeptColumn> Found, IReadOnlyList<string> Shown) Named(List<KeptColumn> columns) =>
        (columns, [.. columns.Select(c => c.Name)]);

    /// <summary>Ids are numbers or texts.</summary>
    static KeptColumn IdType(KeptColumn column) =>
        column with
        {
            Type = column.Type == ColumnType.Int64 ? ColumnType.Int64 : ColumnType.String,
        };

    static ReadOptions Options(InputSpec input) =>
        new()
        {
            Input = input,
            Texts = [],
            Schema = [],
        };

    static async Task<(List<KeptColumn>, IReadOnlyList<string>)> OfCsvAsync(
        IByteSource source,
        InputFormat format,
        InputSpec input,
        CancellationToken cancellationToken
    )
    {
        if (source.Length == 0)
        {
            return Named([]);
        }

        var head = await FileHead.ReadAsync(source, format, Options(input), cancellationToken).ConfigureAwait(false);
        return Named([.. head.Columns.Distinct().Select(name => new KeptColumn(name, ColumnType.String))]);
    }

    static async Task<(List<KeptColumn>, IReadOnlyList<string>)> OfParquetAsync(IByteSource source, CancellationToken cancellationToken)
    {
        var file = await ParquetFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var fileScope = file.ConfigureAwait(false);
        return ([.. file.Columns.Select(c => new KeptColumn(c.Name, c.Native))], file.Names);
    }

    static async Task<List<KeptColumn>> OfJsonlAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken)
    {
        var columns = new List<(string Name, ColumnType? Type)>();
        var compression = await Decompression.DetectAsync(source, cancellationToken).ConfigureAwait(false);
        var feed = new RecordFeed(Decompression.Open(source, compression, 0, SampleBytes, Options(input)), 0);
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
        return [.. columns.Select(c => new KeptColumn(c.Name, c.Type ?? ColumnType.String))];
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
