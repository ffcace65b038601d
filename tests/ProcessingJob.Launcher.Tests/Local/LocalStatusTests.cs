using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Finalizing;
using ProcessingJob.Launcher.Local;
using ProcessingJob.Launcher.Progress;
using ProcessingJob.Storage;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Local;

public sealed class LocalStatusTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Read_RunningJob_CountsWhatItsHostsHaveCommitted()
    {
        var output = LocalStore.Within(_folder["out"]);
        await new OutputIdentity(new JobSpec(), "model").ClaimAsync(output);
        WorkUnit[] units = [.. Enumerable.Range(0, 4).Select(i => WorkUnit.Create($"{i}.txt", InputFormat.Text, 0, 100, 100, "v", "", ""))];
        // Before this run, by another number of hosts.
        Commit(_folder["out"], units[0], rows: 10, rejects: 1);
        var plan = new WorkPlan
        {
            HostCount = 2,
            UnitCount = 4,
            UnitsCommitted = 1,
            Hosts = [new([units[1]], 1), new([units[2], units[3]], 0)],
        };
        for (var host = 0; host < 2; host++)
        {
            var paths = new ContainerPaths(_folder["out", ".pjob", "hosts", $"algo-{host + 1}"]);
            Directory.CreateDirectory(paths.Config);
            foreach (var (name, content) in PlanFiles.Write(plan))
            {
                await File.WriteAllBytesAsync(Path.Combine(paths.Config, name), content, TestContext.Current.CancellationToken);
            }

            Commit(paths.Output, units[2 * host + 1], rows: 7, rejects: 0);
        }

        using (OutputLock.Take(output))
        {
            var status = await LocalStatus.ReadAsync(_folder["out"], TestContext.Current.CancellationToken);

            Assert.Equal((JobState.Running, 3, 4), (status.State, status.UnitsCommitted, status.Units));
            Assert.Equal(
                new JobProgress
                {
                    Rows = 24,
                    Rejects = 1,
                    Bytes = 300,
                    TotalBytes = 400,
                    Hosts = 2,
                },
                status.Progress
            );
        }

        Assert.Null((await LocalStatus.ReadAsync(_folder["out"], TestContext.Current.CancellationToken)).Progress);
    }

    static void Commit(string output, WorkUnit unit, int rows, int rejects)
    {
        var file = Path.Combine(output, OutputLayout.Commit(unit.Id));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var record = new UnitRecord
        {
            Unit = unit.Id,
            SourceFile = unit.Source,
            End = 100,
            Size = 100,
            RowsIn = rows,
            Rejects = new SortedDictionary<string, long> { ["bad_record"] = rejects },
        };
        File.WriteAllBytes(file, ContractJson.Write(record));
    }
}
