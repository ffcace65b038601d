using ProcessingJob.Contract;
using ProcessingJob.Contract.Container;
using ProcessingJob.Inference.Devices;
using ProcessingJob.Worker;

NativeLibraries.FindBelowRuntimes();
var paths = ContainerPaths.FromEnvironment();
var hosts = ResourceConfig.SingleHost;
using var signals = new StopSignals(TimeProvider.System);
await using var log = WorkerLog.Create();
var (exitCode, message, status, deviceLost) = (ExitCode.Failed, "", "failed", false);
WorkerRun? run = null;
try
{
    var arguments = WorkerArguments.Parse(args);
    if (arguments.Help)
    {
        Console.WriteLine(WorkerArguments.Usage);
        return 0;
    }
    if (arguments.SelfTest)
    {
        return (int)SelfTest.Run(paths, log, Console.Out);
    }

    hosts = ResourceConfig.Read(paths.ResourceConfigFile);
    if (arguments.Finish)
    {
        message = await FinishRun.RunAsync(arguments.FinishPlace, paths, TimeProvider.System, signals.Token);
    }
    else if (arguments.Probe)
    {
        message = HostProbe.Run(paths, hosts);
    }
    else
    {
        run = new WorkerRun(arguments, paths, hosts, log, TimeProvider.System);
        message = await run.RunAsync(signals.Token);
    }

    (exitCode, status) = (ExitCode.Done, "done");
    log.Information("{Host:l} done: {Text:l}", hosts.CurrentHost, message);
}
catch (PJobException e)
{
    (exitCode, message, deviceLost) = (e.ExitCode, e.Message, e.InnerException is DeviceLostException);
    log.Error("{Text:l}", message);
}
catch (OperationCanceledException) when (signals.ExitCode is not null)
{
    (exitCode, status) = (signals.ExitCode.Value, "stopped");
    message = "stopped by a signal; committed units stay, a rerun does the rest";
    log.Warning("{Text:l}", message);
}
catch (Exception e)
{
    (message, deviceLost) = ($"unexpected {e.GetType().Name}: {e.Message}", e is DeviceLostException);
    log.Fatal(e, "{Text:l}", message);
}
if (run is not null)
{
    await run.WriteReportAsync(status, message);
}

if (
    (exitCode != ExitCode.Done || args is [WorkerArguments.ProbeWord])
    && !ExitMessage.TryWrite(paths.MessageFile, hosts.CurrentHost, message)
)
{
    log.Warning("The message file {File} could not be written", paths.MessageFile);
}

if (run is not null)
{
    await run.EndAsync(status, message);
}

if (deviceLost)
{
    await log.DisposeAsync();
    HardExit.Now((int)exitCode);
}

return (int)exitCode;
