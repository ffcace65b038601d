using ProcessingJob.Contract;
using ProcessingJob.FakeAws;
using ProcessingJob.Launcher.Doctor;
using ProcessingJob.Launcher.Tests.SageMaker;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>pjob doctor --probe over the real worker: the facts of a host come back by the exit message alone.</summary>
[Collection(nameof(MotoFixture))]
public sealed class ProbeTests(MotoFixture moto)
{
    [Fact]
    public async Task Probe_TypeWithoutGpus_TellsWhatItsHostHas()
    {
        await using var bench = await StartAsync();

        var (finding, facts) = await ProbeOf(bench).RunAsync(bench.Spec(), "ml.m5.xlarge", TestContext.Current.CancellationToken);

        Assert.True(finding.Health == Health.Good, finding.Text);
        Assert.Equal(("ml.m5.xlarge", Environment.ProcessorCount, 0), (facts!.InstanceType, facts.Cores, facts.GpuCount));
        Assert.Equal(ProductVersion.Text, facts.Worker);
        Assert.InRange(facts.MemoryBytes, 1L << 28, long.MaxValue);
        Assert.InRange(facts.DiskBytes, 1, long.MaxValue);
        Assert.Contains($"{facts.Cores} x ", finding.Text, StringComparison.Ordinal);
        var request = Assert.Single(bench.Aws.Server.Jobs.All).Request;
        Assert.Equal(300, request.GetProperty("StoppingCondition").GetProperty("MaxRuntimeInSeconds").GetInt32());
        Assert.False(request.TryGetProperty("ProcessingInputs", out _));
        Assert.Contains(bench.Notes, n => n.EndsWith("runs for at most 5 minutes, which cost 0.02 USD", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Probe_GpusThatCannotBeUsed_IsAFailedCheckWithTheHostsWords()
    {
        await using var bench = await StartAsync();

        var (finding, facts) = await ProbeOf(bench).RunAsync(bench.Spec(), "ml.g5.xlarge", TestContext.Current.CancellationToken);

        Assert.Equal((Health.Bad, null), (finding.Health, facts));
        Assert.Contains("ml.g5.xlarge has GPUs: compute.device is cuda, but this is the worker's CPU build", finding.Text);
    }

    [Fact]
    public async Task Probe_ImageThatHasNone_SaysToPublishItAgain()
    {
        await using var bench = await StartAsync();
        bench.Aws.Server.Jobs.Runner = null;

        var (finding, facts) = await ProbeOf(bench).RunAsync(bench.Spec(), "ml.m5.xlarge", TestContext.Current.CancellationToken);

        Assert.Equal((Health.Bad, null), (finding.Health, facts));
        Assert.Contains("publish the image again", finding.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_Cancelled_StopsTheJobThatIsPaidFor()
    {
        await using var bench = await StartAsync();
        using var cancelled = new CancellationTokenSource();
        bench.Aws.Server.Jobs.Runner = async (_, stopping) =>
        {
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.Infinite, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
            return JobEnd.Stopped;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ProbeOf(bench).RunAsync(bench.Spec(), "ml.m5.xlarge", cancelled.Token)
        );

        Assert.Equal("Stopping", Assert.Single(bench.Aws.Server.Jobs.All).Status);
    }

    static ProbeJob ProbeOf(RemoteBench bench) => new(bench.Connection, bench.Aws.Time, bench);

    Task<RemoteBench> StartAsync() => RemoteBench.StartAsync(moto, files: 0, [Programs.Worker.FileName, .. Programs.Worker.Arguments]);
}
