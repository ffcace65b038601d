using System.Text;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Contract.Tests;

public sealed class FormatStampTests
{
    static readonly string Newer = $$"""{"format":{{FormatStamp.Newest + 1}},"version":"9.0.0","more":[1]}""";

    /// <summary>A later format may have any shape: only the stamp is read before it is refused.</summary>
    static byte[] Document(string stamp) => Encoding.UTF8.GetBytes($$"""{"parts":7,"nested":{"pjob":1},"pjob":{{stamp}}}""");

    static readonly Dictionary<string, Action<byte[]>> Read = new()
    {
        ["plan"] = json => ContractJson.Read<WorkPlan>(json, "file"),
        ["record"] = json => ContractJson.Read<UnitRecord>(json, "file"),
        ["manifest"] = json => ContractJson.Read<Manifest>(json, "file"),
        ["spec"] = json => SpecReader.Parse(Encoding.UTF8.GetString(json), "file"),
    };

    public static TheoryData<string> Kinds => [.. Read.Keys];

    [Theory, MemberData(nameof(Kinds))]
    public void Read_NewerFormat_IsRefusedWithBothVersions(string kind)
    {
        var e = Assert.Throws<PJobException>(() => Read[kind](Document(Newer)));

        Assert.Equal(ExitCode.BadSpec, e.ExitCode);
        Assert.StartsWith("file: written by pjob 9.0.0 (format", e.Message, StringComparison.Ordinal);
        Assert.Contains($"this program is {ProductVersion.Text}", e.Message, StringComparison.Ordinal);
        Assert.Contains("publish the image again", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_PlanRecordManifestAndJobFile_BeginWithTheStamp()
    {
        string[] written =
        [
            Encoding.UTF8.GetString(ContractJson.Write(new WorkPlan())),
            Encoding.UTF8.GetString(ContractJson.Write(new UnitRecord { Unit = "u", SourceFile = "f" })),
            Encoding.UTF8.GetString(ContractJson.Write(new Manifest())),
            SpecWriter.ToJobFile(new() { Name = "n" }),
        ];

        Assert.All(
            written,
            text =>
                Assert.StartsWith(
                    $$"""{"pjob":{"format":{{FormatStamp.Newest}},"version":"{{ProductVersion.Text}}"}""",
                    string.Concat(text.Where(c => !char.IsWhiteSpace(c))),
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public void Read_NoStampOrAnOlderOne_IsRead()
    {
        Assert.Equal("j", ContractJson.Read<WorkPlan>("""{"job":"j"}"""u8, "file").Job);
        Assert.Equal("j", ContractJson.Read<WorkPlan>("""{"pjob":{"format":0,"version":"0.1.0"},"job":"j"}"""u8, "file").Job);
        Assert.Equal("n", SpecReader.Parse("""{"pjob":{"format":0,"version":"0.1.0"},"name":"n"}""", "file").Name);
    }

    [Fact]
    public void JobFile_ReadBack_IsTheSameSpec()
    {
        var spec = new JobSpec
        {
            Name = "n",
            Tokens = new() { MaxLength = 7 },
        };

        Assert.Equal(SpecWriter.ToJsonText(spec), SpecWriter.ToJsonText(SpecReader.Parse(SpecWriter.ToJobFile(spec), "job.json")));
    }

    [Theory]
    [InlineData("pjob: 3")]
    [InlineData("pjob: { version: 1 }")]
    public void Read_KeyThatIsNoStamp_IsUnknown(string yaml) =>
        Assert.Contains("pjob", Assert.Throws<PJobException>(() => SpecReader.Parse(yaml, "job.yaml")).Message, StringComparison.Ordinal);
}
