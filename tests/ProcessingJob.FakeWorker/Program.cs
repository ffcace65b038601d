using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Output;
using ProcessingJob.Contract.Plan;
using ProcessingJob.Contract.Spec;
using ProcessingJob.FakeWorker;

// A worker without a model, for tests of the launcher: every line of a unit becomes a line of its part; lines with "bad" in them
// are rejects. FAKE_WORKER scripts its faults: "HOST:ACTION[:N]", several separated by commas; HOST may be *.
var paths = ContainerPaths.FromEnvironment();
var hosts = ResourceConfig.Read(paths.ResourceConfigFile);
var script = Script.For(hosts.CurrentHost);
var plan = PlanFiles.ReadAsync(paths).GetAwaiter().GetResult()!;
var spec = SpecReader.ReadFile(paths.JobFile);
if (script.ExitCode is { } code)
{
    ExitMessage.TryWrite(paths.MessageFile, hosts.CurrentHost, "told to fail");
    return code;
}

var files = plan.Sharding == Sharding.Balanced ? [] : PlanFiles.ReadFilesAsync(paths).ToBlockingEnumerable().ToDictionary(f => f.Source);
var units =
    plan.Sharding == Sharding.Balanced
        ? PlanFiles.ReadHostAsync(paths, hosts.Rank).GetAwaiter().GetResult().Units
        : UnitCutter.Cut(
            Units.Files(paths.Data, files),
            f => files[f.Source].Done is [PlannedFile.All, ..],
            spec,
            plan.SpecFingerprint,
            plan.ModelFingerprint
        );
var (done, rows) = (0, 0L);
foreach (var unit in units)
{
    if (done == script.CrashAfter)
    {
        Environment.FailFast("told to crash");
    }

    if (done == script.HangAfter)
    {
        Thread.Sleep(Timeout.Infinite);
    }

    rows += Units.Do(unit, plan, paths);
    done++;
    Console.WriteLine(
        $$"""{"@t":"2026-01-01T00:00:00Z","@m":"{{rows}} rows","Event":"progress","Rows":{{rows}},"Tokens":{{rows * 3}},"Bytes":{{unit.End}},"TotalBytes":{{unit.Size}},"Rejects":0}"""
    );
}

// Metrics for CloudWatch: nobody is to see them.
Console.WriteLine($$"""{"@t":"2026-01-01T00:00:00Z","_aws":{"Timestamp":0,"CloudWatchMetrics":[]},"RowsIn":{{rows}}}""");
var report = new HostReport
{
    Host = hosts.CurrentHost,
    Rank = hosts.Rank,
    Status = "done",
    UnitsDone = done,
    RowsIn = rows,
};
Directory.CreateDirectory(Path.Combine(paths.Output, "_reports"));
File.WriteAllBytes(Path.Combine(paths.Output, OutputLayout.Report(hosts.CurrentHost)), ContractJson.Write(report));
return 0;
