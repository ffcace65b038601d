using System.Text.Json;
using System.Text.Json.Serialization;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Launcher.Reading;

/// <summary>Serializer of <see cref="ModelReading"/>, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TaskNames)],
    WriteIndented = true
)]
[JsonSerializable(typeof(ModelReading))]
sealed partial class ReadingJson : JsonSerializerContext
{
    /// <summary>Tasks as job.yaml names them.</summary>
    sealed class TaskNames() : JsonStringEnumConverter<TaskKind>(JsonNamingPolicy.SnakeCaseLower);
}
