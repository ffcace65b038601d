using System.Buffers.Binary;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.SageMaker;

/// <summary>A model folder on S3, read before anything is paid for.</summary>
[Collection(nameof(MotoFixture))]
public sealed class RemoteModelTests(MotoFixture moto)
{
    [Theory(Timeout = 30_000)]
    [InlineData(80_000_000UL)]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    public async Task Read_WeightsWhoseHeaderClaimsMoreThanTheFileHolds_AreRefused(ulong claimed)
    {
        await using var bench = await RemoteBench.StartAsync(moto, files: 1);
        bench.WriteModel("model");
        var weights = new byte[65 << 20];
        BinaryPrimitives.WriteUInt64LittleEndian(weights, claimed);
        await File.WriteAllBytesAsync(bench.Local("model", "model.safetensors"), weights, TestContext.Current.CancellationToken);
        await bench.ReplaceModelAsync(bench.Local("model"));

        var e = await Assert.ThrowsAsync<PJobException>(() => bench.RunAsync(bench.Spec()));

        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains($"{bench.Bucket}/model/model.safetensors", e.Message);
        Assert.Contains($"its header claims {claimed:N0} bytes, of which the file holds {(65 << 20) - 8:N0}", e.Message);
        Assert.Empty(bench.Aws.Server.Jobs.All);
    }

    [Theory]
    [InlineData("ml.g5.xlarge", "float16")]
    [InlineData("ml.g9z.xlarge", "float16")]
    [InlineData("ml.m5.xlarge", "float32")]
    public async Task Read_TypeWithGpusInTheTableOrNewer_ReadsTheGraphThatTheWorkerTakes(string type, string precision)
    {
        await using var bench = await RemoteBench.StartAsync(moto, files: 1);
        using var folder = new TempFolder();
        folder.Copy(Repo.File("tests", "ProcessingJob.Models.Tests", "goldens", "bert-base-sharded"), "model");
        folder.Write("model/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\none\n");
        await bench.ReplaceModelAsync(folder["model"]);
        var spec = bench.Spec();
        spec = spec with { Compute = spec.Compute with { InstanceType = [type] } };
        var job = await RemoteJob.PrepareAsync(spec, bench.Connection, bench.S3, null, TestContext.Current.CancellationToken);

        var use = await RemoteModel.ReadAsync(job, bench.S3, TestContext.Current.CancellationToken);

        Assert.Equal(precision, Names.Of(use.Source!.File.Precision));
    }
}
