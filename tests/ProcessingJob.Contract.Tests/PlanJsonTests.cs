using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

/// <summary>What is generated for plans does what reflection does: the same bytes, the same values, the same defaults.</summary>
public sealed class PlanJsonTests
{
    static readonly JsonSerializerOptions Reflected = new(ContractJson.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    static readonly SourceFile[] Files =
    [
        new("x/a b.csv", 5, "v1") { Stamp = new(5, 7_000_000_000, 8), Lines = 3 },
        new("é\"\\.csv", 0, "") { Shape = new(3, 4) { Groups = [new(1, 2, 3)] } },
    ];

    static readonly WorkUnit Single = WorkUnit.Create("a.csv", InputFormat.Csv, 1, 9, 20, "v", "s", "m") with
    {
        Stamp = new(20, 1, 2),
        Rows = 7,
    };

    static readonly WorkPlan Full = new()
    {
        Pjob = new(1, "0.0.9"),
        Job = "job <&> é",
        SpecFingerprint = "s",
        ModelFingerprint = "m",
        DataFingerprint = "d",
        Sharding = Sharding.ByKey,
        DataUri = "s3://b/in/",
        OutputUri = "s3://b/out/",
        HostCount = 3,
        UnitCount = 4,
        UnitsCommitted = 1,
        MostRows = long.MaxValue,
        Schema =
        [
            new("stars", ColumnType.Int64),
            new("year", new ColumnType(TypeKind.Decimal128) { Precision = 9, Scale = 2 }) { IsPartition = true },
        ],
        TokenBudget = 2048,
        ModelFile = "onnx/model.onnx",
        Computed = new(ComputeRecord.NoProvider, "float32", true),
        Hosts = [new([Single], 0)],
        Files = [new("a", "v")],
    };

    [Fact]
    public void Write_Plan_IsWhatReflectionWrites()
    {
        AssertSame(new WorkPlan());
        AssertSame(Full);
    }

    [Fact]
    public void Write_HostWork_IsWhatReflectionWrites()
    {
        AssertSame(new HostWork([], 0));
        AssertSame(new HostWork([Single, WorkUnit.Gather(Files, InputFormat.Tsv, "s", "m"), Single with { Stamp = null }], 2));
    }

    [Fact]
    public void Write_PlannedFiles_IsWhatReflectionWrites() =>
        AssertSame<IEnumerable<PlannedFile>>([new("a", "v"), new("b", "", ["u1", PlannedFile.All])]);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"job":null,"pjob":null,"spec_fingerprint":null,"schema":null,"computed":null}""")]
    [InlineData("""{"job":"j","unknown":{"a":[1]},"host_count":2,"sharding":"by_key"}""")]
    [InlineData("""{"pjob":{"format":1,"version":"0.1.0"},"data_fingerprint":"d","most_rows":5,"schema":[{"name":"a","type":"int64"}]}""")]
    public void Read_PlanWithoutMembers_HasTheDefaults(string json)
    {
        var plan = ContractJson.Read(Encoding.UTF8.GetBytes(json), "plan.json", PlanFiles.InfoOf<WorkPlan>());
        var reflected = JsonSerializer.Deserialize<WorkPlan>(json, Reflected);

        Assert.Equal(JsonSerializer.Serialize(reflected, Reflected), JsonSerializer.Serialize(plan, Reflected));
        Assert.NotNull(plan.Pjob);
        Assert.NotNull(plan.Job);
        Assert.NotNull(plan.DataFingerprint);
        Assert.Empty(plan.Hosts);
        Assert.Empty(plan.Files);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"units":[{}],"committed":3}""")]
    [InlineData("""{"units":[{"id":"i","source":"a.csv","format":"csv","start":1,"end":2,"size":3,"version":"v"}]}""")]
    [InlineData("""{"units":[{"id":"i","files":[{"source":"a"},{"source":"b","size":1,"version":"v","stamp":{"size":1}}]}]}""")]
    public void Read_HostWorkWithoutMembers_HasTheDefaults(string json) =>
        Assert.Equal(
            JsonSerializer.Serialize(JsonSerializer.Deserialize<HostWork>(json, Reflected), Reflected),
            JsonSerializer.Serialize(JsonSerializer.Deserialize(json, PlanFiles.InfoOf<HostWork>()), Reflected)
        );

    [Theory]
    [InlineData("""{"job":5}""")]
    [InlineData("""{"sharding":"by_chance"}""")]
    [InlineData("""{"schema":[{"name":"a","type":"int65"}]}""")]
    [InlineData("""{"host_count":"2"}""")]
    [InlineData("[]")]
    public void Read_PlanOfAnotherShape_IsDamaged(string json) =>
        Assert.Contains(
            "plan.json: damaged: ",
            Assert
                .Throws<PJobException>(() => ContractJson.Read(Encoding.UTF8.GetBytes(json), "plan.json", PlanFiles.InfoOf<WorkPlan>()))
                .Message
        );

    static void AssertSame<T>(T value)
    {
        var expected = JsonSerializer.Serialize(value, Reflected);
        Assert.Equal(expected, JsonSerializer.Serialize(value, PlanFiles.InfoOf<T>()));

        var back = JsonSerializer.Deserialize(expected, PlanFiles.InfoOf<T>())!;
        Assert.Equal(expected, JsonSerializer.Serialize(back, Reflected));
    }
}
