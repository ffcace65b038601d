using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ProcessingJob.Contract.Spec;

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

    // Generated serializers write only: where a member is missing they would read null, and not the record's own default.
    static readonly JsonSerializerOptions Written = new(Options)
    {
        WriteIndented = true,
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ContractTypes.Default, new DefaultJsonTypeInfoResolver()),
    };

    static ContractJson()
    {
        // The general converter finds the names of an enum by reflection: those of shared files have their own.
        Written.Converters.Insert(0, new JsonStringEnumConverter<InputFormat>(JsonNamingPolicy.SnakeCaseLower));
        Written.Converters.Insert(1, new JsonStringEnumConverter<Sharding>(JsonNamingPolicy.SnakeCaseLower));
    }

    public static byte[] Write<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, Written), (byte)'\n'];

    /// <exception cref="PJobException">Not JSON of this shape; the message names <paramref name="name"/>.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("found null");
        }
        catch (JsonException e)
        {
            throw new PJobException($"{name}: damaged: {e.Message}", ExitCode.Failed, e);
        }
    }
}
