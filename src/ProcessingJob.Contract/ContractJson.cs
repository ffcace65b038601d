using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ProcessingJob.Contract.Plan;

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
            TypeInfoResolver = JsonTypeInfoResolver.Combine(PlanJson.Default, new DefaultJsonTypeInfoResolver()),
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        };

    static readonly JsonSerializerOptions Indented = new(Options) { WriteIndented = true };

    public static byte[] Write<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, InfoOf<T>(Indented)), (byte)'\n'];

    /// <exception cref="PJobException">
    /// Not JSON of this shape; BadSpec: of a newer program. The message names <paramref name="name"/>.
    /// </exception>
    public static T Read<T>(ReadOnlySpan<byte> json, string name)
    {
        if (typeof(T).IsAssignableTo(typeof(IStamped)))
        {
            FormatStamp.Check(json, name);
        }

        try
        {
            return JsonSerializer.Deserialize(json, InfoOf<T>(Options)) ?? throw new JsonException("found null");
        }
        catch (JsonException e)
        {
            throw new PJobException($"{name}: damaged: {JsonFault.Of(e)}", ExitCode.Failed, e);
        }
    }

    /// <summary>How a type is read and written; given to the serializer, it does not load what it has for types of all kinds.</summary>
    internal static JsonTypeInfo<T> InfoOf<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
