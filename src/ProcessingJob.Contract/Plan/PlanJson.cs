using System.Text.Json.Serialization;

namespace ProcessingJob.Contract.Plan;

/// <summary>
/// How a plan is read and written, generated when this is compiled: reflection would cost a worker a tenth of the CPU time of its
/// start. It sets every init-only member of a record, those that a file does not have to null or zero: a record with other defaults
/// keeps them itself.
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(WorkPlan))]
[JsonSerializable(typeof(HostWork))]
[JsonSerializable(typeof(IEnumerable<PlannedFile>))]
sealed partial class PlanJson : JsonSerializerContext;
