using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProcessingJob.Contract.Output;

/// <summary>
/// The files of a commit record, each as <c>[source, size, version]</c> and all on one line: there may be fifty thousand.
/// </summary>
sealed class FileListJson : JsonConverter<IReadOnlyList<UnitFile>>
{
    public override IReadOnlyList<UnitFile> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Expect(reader.TokenType, JsonTokenType.StartArray);
        var files = new List<UnitFile>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            var source = Next(ref reader, JsonTokenType.String).GetString()!;
            var size = Next(ref reader, JsonTokenType.Number).GetInt64();
            var version = Next(ref reader, JsonTokenType.String).GetString()!;
            Next(ref reader, JsonTokenType.EndArray);
            files.Add(new(source, size, version));
        }

        Expect(reader.TokenType, JsonTokenType.EndArray);
        return files;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<UnitFile> value, JsonSerializerOptions options)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var line = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = options.Encoder }))
        {
            line.WriteStartArray();
            foreach (var file in value)
            {
                line.WriteStartArray();
                line.WriteStringValue(file.Source);
                line.WriteNumberValue(file.Size);
                line.WriteStringValue(file.Version);
                line.WriteEndArray();
            }

            line.WriteEndArray();
        }

        writer.WriteRawValue(text.WrittenSpan, skipInputValidation: true);
    }

    static Utf8JsonReader Next(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        reader.Read();
        Expect(reader.TokenType, expected);
        return reader;
    }

    static void Expect(JsonTokenType found, JsonTokenType expected)
    {
        if (found != expected)
        {
            throw new JsonException($"files: found {found}, expected {expected}");
        }
    }
}
