using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ProcessingJob.Contract;

/// <summary>How plan, commit records, reports and manifests are written: snake_case, UTF-8, unset members left out.</summary>
public static class ContractJson
{
    public static JsonSerializerOptions Options { get; } =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        };

    static readonly JsonSerializerOptions Indented = new(Options) { WriteIndented = true };

    public static byte[] Write<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, Indented), (byte)'\n'];

    /// <exception cref="PJobException">
    /// Not JSON of this shape; BadSpec: of a newer program. The message names <paramref name="name"/>.
    /// </exception>
    public static T Read<T>(ReadOnlySpan<byte> json, string name) => Read<T>(json, name, null);

    /// <param name="json">The document.</param>
    /// <param name="name">Of the file, for messages.</param>
    /// <param name="generated">How it is read; null: by reflection.</param>
    /// <exception cref="PJobException">As above.</exception>
    internal static T Read<T>(ReadOnlySpan<byte> json, string name, JsonTypeInfo<T>? generated)
    {
        if (typeof(T).IsAssignableTo(typeof(IStamped)))
        {
            FormatStamp.Check(json, name);
        }

        try
        {
            var value = generated is null ? JsonSerializer.Deserialize<T>(json, Options) : JsonSerializer.Deserialize(json, generated);
            return value ?? throw new JsonException("found null");
        }
        catch (JsonException e)
        {
            throw new PJobException($"{name}: damaged: {JsonFault.Of(e)}", ExitCode.Failed, e);
        }
    }
}
