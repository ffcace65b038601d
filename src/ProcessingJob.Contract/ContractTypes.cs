using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;

namespace ProcessingJob.Contract;

/// <summary>
/// Writers of the files that worker and launcher share, generated at compile time: reflection would find out the same anew in every
/// process, and compile code for it.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(HostReport))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(UnitRecord))]
[JsonSerializable(typeof(WorkPlan))]
sealed partial class ContractTypes : JsonSerializerContext;
