using System.IO.Compression;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Storage;
using ProcessingJob.Testing;
using ProcessingJob.Worker.Stages;

namespace ProcessingJob.Worker.Tests;

/// <summary>A job ends when its limit on rejects cannot be kept, and never sooner.</summary>
public sealed class RejectLimitTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly RunTotals _totals = new(8);

    public void Dispose() => _folder.Dispose();

    // 100 bytes are 51 rows of text at most.
    [Theory]
    [InlineData(0.1, 5, false)]
    [InlineData(0.1, 6, true)]
    [InlineData(0.0, 0, false)]
    [InlineData(0.0, 1, true)]
    [InlineData(1.0, 51, false)]
    public async Task Check_PlainText_EndsWhenItIsCertain(double fraction, int rejected, bool ends)
    {
        _folder.Write("data/a.txt", new string('x', 100));
        Read(60, rejected: 0, rows: 40);
        Read(0, rejected, rows: rejected);

        await AssertAsync(Limit(fraction, null), ends);
    }

    [Fact]
    public async Task Check_PlanOfALargerInput_WaitsForMoreRejects()
    {
        _folder.Write("data/a.txt", new string('x', 100));
        Read(10, rejected: 10, rows: 10);

        await AssertAsync(Limit(0.1, new WorkPlan { MostRows = 101 }), ends: false);
        await AssertAsync(Limit(0.1, new WorkPlan { MostRows = 99 }), ends: true);
        await AssertAsync(Limit(0.1, new WorkPlan { MostRows = null }), ends: false);
        await AssertAsync(Limit(0, new WorkPlan { MostRows = null }), ends: true);
    }

    [Fact]
    public async Task Check_CompressedUnderAnyName_GoesOn()
    {
        Directory.CreateDirectory(_folder["data"]);
        await using (var gzip = new GZipStream(File.Create(_folder["data", "a.txt"]), CompressionLevel.Fastest))
        {
            await gzip.WriteAsync(new byte[1_000], TestContext.Current.CancellationToken);
        }

        Read(10, rejected: 10, rows: 10);

        await AssertAsync(Limit(0.1, null), ends: false);
    }

    void Read(long bytes, int rejected, int rows)
    {
        _totals.AddRows(rows, rows - rejected);
        _totals.AddBytes(bytes);
        for (var i = 0; i < rejected; i++)
        {
            _totals.AddReject(new Reject("a.txt", i, 0, "blank", "no text", ""));
        }
    }

    RejectLimit Limit(double fraction, WorkPlan? plan)
    {
        var size = new FileInfo(_folder["data", "a.txt"]).Length;
        var unit = WorkUnit.Create("a.txt", InputFormat.Text, 0, size, size, "v", "", "");
        var spec = new JobSpec
        {
            Input = new() { Format = InputFormat.Text },
            Rejects = new() { MaxFraction = fraction },
        };
        return new(spec, plan, new Shard([unit], 0, "", ""), new LocalData(_folder["data"]), _totals);
    }

    static async Task AssertAsync(RejectLimit limit, bool ends)
    {
        if (!ends)
        {
            await limit.CheckAsync(TestContext.Current.CancellationToken);
            return;
        }

        var e = await Assert.ThrowsAsync<PJobException>(() => limit.CheckAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Rejects, e.ExitCode);
        Assert.Contains("cannot be kept any more", e.Message, StringComparison.Ordinal);
        Assert.Contains("a.txt:0: blank: no text", e.Message, StringComparison.Ordinal);
    }
}
