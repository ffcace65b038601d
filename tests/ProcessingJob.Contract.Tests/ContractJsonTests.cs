using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

public sealed class ContractJsonTests
{
    static readonly JsonSerializerOptions ByReflection = new(ContractJson.Options) { WriteIndented = true };
    static readonly PartRecord Part = new("data/part-1.parquet", 3, 4, "aa", "train");
    static readonly ComputeRecord Computed = new("CPUExecutionProvider", "float32", true);
    static readonly WorkUnit Unit = WorkUnit.Create("ü<b>.csv", InputFormat.Csv, 1, 2, 3, "v", "s", "m") with
    {
        Stamp = new FileStamp(1, 2, 3),
    };

    public static TheoryData<object> Files =>
        [
            new WorkPlan
            {
                Job = "j",
                Sharding = Sharding.ByKey,
                Hosts =
                [
                    [Unit],
                    [],
                ],
                Versions = new Dictionary<string, string> { ["a"] = "b" },
                Committed = ["c"],
                Schema = [new("stars", ColumnType.Int64), new("year", ColumnType.Parse("timestamp[us]")) { IsPartition = true }],
                TokenBudget = 7,
                Computed = Computed,
            },
            new WorkPlan(),
            new UnitRecord
            {
                Unit = "u",
                SourceFile = "f",
                Computed = Computed,
                Rejects = new Dictionary<string, long> { ["too_long"] = 2 },
                Parts = [Part],
                Columns = [new("a", "int64")],
                RejectFile = Part with { Split = null },
            },
            new HostReport
            {
                Host = "algo-1",
                StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)),
                Gpu = new GpuFacts { Devices = [new("L4", "8.9", 1)] },
                Placement = new GraphPlacement { OnDevice = 4 },
                Resolved = new ResolvedSettings { Normalize = true, Dimensions = 384 },
                Warnings = [new("code", "message")],
                Rejects = new SortedDictionary<string, long> { ["a"] = 1 },
                RejectSamples = [new("f", 1, 2, "r", "m", "row")],
                BusySeconds = 0.1,
                Stages = [new("read", 1, 2, 3, 4) { CpuSeconds = 0.5 }],
                Throughput = [new(1.5, 2, 3)],
                Lengths = [1, 2],
            },
            new Manifest
            {
                Spec = new JsonObject { ["task"] = "embed", ["n"] = new JsonArray(1, 2.5) },
                Parts = [Part],
                Computed = [Computed],
                Hosts = ["algo-1"],
            },
        ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_ASharedFile_IsWhatReflectionWrites(object file)
    {
        var method = typeof(ContractJson).GetMethod(nameof(ContractJson.Write))!.MakeGenericMethod(file.GetType());
        var written = (byte[])method.Invoke(null, [file])!;

        Assert.Equal(JsonSerializer.Serialize(file, file.GetType(), ByReflection) + "\n", System.Text.Encoding.UTF8.GetString(written));
    }

    [Fact]
    public void Read_MissingMembers_AreTheRecordsDefaults()
    {
        var plan = ContractJson.Read<WorkPlan>("{}"u8, "plan.json");

        Assert.Equal(1, plan.Version);
        Assert.Empty(plan.Hosts);
    }
}
