using System.Text.Json;

namespace ProcessingJob.Contract;

/// <summary>Why a JSON text cannot be used, without the names and paths that .NET adds.</summary>
public static class JsonFault
{
    const string Lacking = "was missing required properties including: ";

    /// <summary>Whether a file of JSON could not be opened, or does not hold what was asked of it.</summary>
    public static bool Is(Exception fault) =>
        fault
            is IOException
                or UnauthorizedAccessException
                or JsonException
                or KeyNotFoundException
                or InvalidOperationException
                or FormatException;

    /// <param name="fault">
    /// A JsonException, or what asking a JSON element for another kind of value or for a missing member throws; file faults too.
    /// </param>
    public static string Of(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault switch
        {
            // The text itself is broken; the serializer wraps what the reader found.
            JsonException { InnerException: JsonException inner } => Of(inner),
            JsonException json when json.GetType() != typeof(JsonException) => $"{Place(json)}: {FirstSentence(json.Message)}",
            JsonException json when json.Message.Split(Lacking) is [_, var names] =>
                $"no {names.Replace("'", "").Split(". ", 2)[0].TrimEnd('.')}",
            JsonException json when json.Message.Contains(" Path: ", StringComparison.Ordinal) =>
                $"{Place(json)}: another kind of value than expected at {json.Path}",
            JsonException json => json.Message,
            KeyNotFoundException => "a member is missing",
            InvalidOperationException or FormatException => "another kind of value than expected",
            _ => FileFault.Of(fault),
        };
    }

    /// <summary>What the reader says of a broken text, without the place: of a text of one line.</summary>
    public static string FirstSentence(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Split(". ", 2)[0].TrimEnd('.');
    }

    static string Place(JsonException fault) => $"line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}";
}
