using System.Text;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;

namespace ProcessingJob.Data.Reading;

/// <summary>Plain text: a row a line or a row a file, in one column named "text".</summary>
sealed class TextInput : RecordInput
{
    /// <summary>
    /// Files of Hadoop, Hive and Athena have names without an extension, whatever is in them: only where the spec says that it is text are
    /// lines of JSON, or below a header, taken as texts.
    /// </summary>
    public override ValueTask<FileHead> ReadHeadAsync(
        RecordFeed feed,
        FileHead start,
        string file,
        ReadOptions options,
        CancellationToken cancellationToken
    )
    {
        if (options.Input is { Format: InputFormat.Auto, Rows: TextRows.Line })
        {
            if (IsJson(feed.Data))
            {
                throw Refuse(file, InputFormat.Jsonl, "holds a JSON object");
            }

            if (IsHeader(feed.Data))
            {
                throw Refuse(file, InputFormat.Csv, $"names a column '{RowPlan.TextColumn}' beside others");
            }
        }

        return new(start);
    }

    public override RecordFormat CreateFormat(string file, RowPlan plan, FileHead head, ReadOptions options)
    {
        plan.CheckFound(file, [RowPlan.TextColumn]);
        return options.Input.Rows == TextRows.File ? new TextFileFormat(plan.Names.Length) : new TextFormat(plan.Names.Length);
    }

    public override async Task<FoundColumns> FindColumnsAsync(IByteSource source, InputSpec input, CancellationToken cancellationToken)
    {
        _ = await FileHead.ReadAsync(source, this, ReadOptions.Of(input), cancellationToken).ConfigureAwait(false);
        return new([new(RowPlan.TextColumn, ColumnType.String)]);
    }

    /// <summary>Whether text begins as an object of JSON does, or as an array of objects.</summary>
    public static bool IsJson(ReadOnlySpan<byte> data)
    {
        if (data.TrimStart(JsonBytes.Blank) is not [(byte)'{' or (byte)'[', ..])
        {
            return false;
        }

        var json = new Utf8JsonReader(data, isFinalBlock: false, default);
        try
        {
            return json.Read()
                && (json.TokenType == JsonTokenType.StartObject || (json.Read() && json.TokenType == JsonTokenType.StartObject))
                && json.Read()
                && json.TokenType == JsonTokenType.PropertyName;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether "text", the only column that a spec can have asked for, is one of several fields of the first line.</summary>
    static bool IsHeader(ReadOnlySpan<byte> data)
    {
        var end = data.IndexOfAny((byte)'\n', (byte)'\r');
        var line = Encoding.UTF8.GetString(end < 0 ? data : data[..end]);
        return ",;\t|".Any(d => line.Split(d) is { Length: > 1 } fields && fields.Any(f => f.Trim('"') == RowPlan.TextColumn));
    }

    static PJobException Refuse(string file, InputFormat format, string what) =>
        new(
            $"{file}: its first line {what}, and its name tells plain text; fix: set input.format: {Names.Of(format)}, or text where lines "
                + "are the texts"
        );
}
