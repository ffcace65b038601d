using System.Diagnostics;
using System.Text.Json;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>A container as SageMaker would lay it out, under a root of its own; the worker runs in it alone.</summary>
sealed class ContainerBench : IDisposable
{
    static readonly string[] Written = ["data", "_rejects"];
    readonly TempFolder _folder = new();

    public ContainerBench(string host = "algo-1", params string[] hosts)
    {
        hosts = hosts.Length == 0 ? [host] : hosts;
        Paths = new(_folder.Path);
        foreach (var folder in new[] { Paths.Data, Paths.Config, Paths.Output })
        {
            Directory.CreateDirectory(folder);
        }

        Directory.CreateSymbolicLink(Paths.Model, Models.Tiny);
        // As the service writes them: PascalCase and snake_case, explicit nulls, members that are in no documentation.
        _folder.Write(
            "config/resourceconfig.json",
            $$"""{"current_host":"{{host}}","current_instance_type":"ml.m5.xlarge","hosts":{{JsonSerializer.Serialize(hosts)}},"network_interface_name":"eth0"}"""
        );
        _folder.Write(
            "config/processingjobconfig.json",
            """
            {"ProcessingJobArn":"arn:aws:sagemaker:us-east-1:111122223333:processing-job/n","ProcessingJobName":"n",
             "AppSpecification":{"ImageUri":"111122223333.dkr.ecr.us-east-1.amazonaws.com/worker:1","ContainerEntrypoint":null,"ContainerArguments":null},
             "Environment":{"KEY":"VALUE"},
             "ProcessingInputs":[{"InputName":"data","AppManaged":false,"S3Input":{"LocalPath":"/opt/ml/processing/input/data","S3Uri":"s3://b/data/",
               "S3DataDistributionType":"ShardedByS3Key","S3DataType":"S3Prefix","S3InputMode":"File","S3CompressionType":"None","S3DownloadMode":"StartOfJob"},"DatasetDefinition":null}],
             "ProcessingOutputConfig":{"Outputs":[{"OutputName":"output","AppManaged":false,"S3Output":{"LocalPath":"/opt/ml/processing/output","S3Uri":"s3://b/out/","S3UploadMode":"EndOfJob"}}],"KmsKeyId":null},
             "ProcessingResources":{"ClusterConfig":{"InstanceCount":1,"InstanceType":"ml.m5.xlarge","VolumeSizeInGB":30,"VolumeKmsKeyId":null}},
             "RoleArn":"arn:aws:iam::111122223333:role/r","StoppingCondition":{"MaxRuntimeInSeconds":86400}}
            """
        );
        WriteSpec("""{ "task": "embed", "input": { "text": "text", "id": "id" }, "tokens": { "max_length": 32 } }""");
    }

    public ContainerPaths Paths { get; }

    public void WriteSpec(string json) => File.WriteAllText(Paths.JobFile, json);

    public void WriteData(string name, string content) => WriteData(name, System.Text.Encoding.UTF8.GetBytes(content));

    public void WriteData(string name, byte[] content)
    {
        var path = Path.Combine(Paths.Data, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    public Process Start() => Programs.Worker.Start((ContainerPaths.RootVariable, Paths.Root));

    public async Task<Ended> RunAsync()
    {
        using var worker = Start();
        return await worker.EndAsync();
    }

    /// <summary>What would become the job's ExitMessage.</summary>
    public string Message => File.ReadAllText(Paths.MessageFile);

    public IReadOnlyList<UnitRecord> Commits =>
        Directory.Exists(Path.Combine(Paths.Output, "_commits"))
            ?
            [
                .. Directory
                    .GetFiles(Path.Combine(Paths.Output, "_commits"))
                    .Select(f => ContractJson.Read<UnitRecord>(File.ReadAllBytes(f), f)),
            ]
            : [];

    /// <summary>Every part belongs to a committed unit and has its size; none is finished by anyone but the launcher.</summary>
    public void AssertNothingHalfLooksWhole()
    {
        var known = Commits.SelectMany(c => c.Parts.Concat(c.RejectFile is { } r ? [r] : [])).ToDictionary(p => p.Path, p => p.Bytes);
        foreach (var folder in Written.Select(f => Path.Combine(Paths.Output, f)).Where(Directory.Exists))
        {
            foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            {
                Assert.Equal(new FileInfo(file).Length, known[Path.GetRelativePath(Paths.Output, file)]);
            }
        }
        Assert.False(File.Exists(Path.Combine(Paths.Output, "_SUCCESS")) || File.Exists(Path.Combine(Paths.Output, "_manifest.json")));
    }

    public void Dispose() => _folder.Dispose();
}
