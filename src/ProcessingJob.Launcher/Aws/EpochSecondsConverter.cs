using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProcessingJob.Launcher.Aws;

/// <summary>AWS JSON's timestamps: seconds since 1970 as a number, with a fraction of milliseconds.</summary>
sealed class EpochSecondsConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(reader.GetDouble() * 1000));

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds() / 1000.0);
}
