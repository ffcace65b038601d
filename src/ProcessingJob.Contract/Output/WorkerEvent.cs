using System.Text.Json;

namespace ProcessingJob.Contract.Output;

/// <summary>
/// A line that a worker logs as compact JSON, as the launcher reads it back from a pipe or from CloudWatch. Progress lines carry
/// the property <c>Event</c> = "progress" with Rows, Tokens, Bytes and TotalBytes. A line without words is for machines: metrics.
/// </summary>
/// <param name="WarningCode">Code of the <see cref="JobWarning"/> that the line says, which the report has too; null: another line.</param>
public sealed record WorkerEvent(DateTimeOffset? Time, string Level, string Text, WorkerProgress? Progress, string? WarningCode = null)
{
    /// <summary>Anything that is not a line of ours comes back as plain text.</summary>
    public static WorkerEvent Parse(string line)
    {
        if (line.StartsWith('{'))
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                var root = json.RootElement;
                if (root.TryGetProperty("@t", out var time))
                {
                    var text = Member(root, "@m") ?? Member(root, "@mt") ?? "";
                    if (Member(root, "@x") is { } exception)
                    {
                        text += "\n" + exception;
                    }

                    return new(
                        time.TryGetDateTimeOffset(out var at) ? at : null,
                        Member(root, "@l") ?? "Information",
                        text,
                        ReadProgress(root),
                        Member(root, "WarningCode")
                    );
                }
            }
            catch (JsonException)
            {
                // Somebody else's line that happens to begin like JSON.
            }
        }
        return new(null, "Information", line, null);
    }

    static WorkerProgress? ReadProgress(JsonElement root) =>
        Member(root, "Event") == "progress"
            ? new(Number(root, "Rows"), Number(root, "Tokens"), Number(root, "Bytes"), Number(root, "TotalBytes"), Number(root, "Rejects"))
            : null;

    static string? Member(JsonElement e, string name) =>
        e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;

    static long Number(JsonElement e, string name) =>
        e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Number && v.TryGetInt64(out var n) ? n : 0;
}

/// <summary>Totals of one host so far.</summary>
public sealed record WorkerProgress(long Rows, long Tokens, long Bytes, long TotalBytes, long Rejects);
