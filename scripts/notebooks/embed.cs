#!/usr/bin/env dotnet
// A job from C# without a project: dotnet run scripts/notebooks/embed.cs -- job.yaml [--sagemaker]
// The same lines work in a C# notebook, with #r "…/ProcessingJob.Launcher.dll" in place of the next one.
#:project ../../src/ProcessingJob.Launcher/ProcessingJob.Launcher.csproj
using ProcessingJob.Contract;
using ProcessingJob.Launcher;
using ProcessingJob.Launcher.Progress;

if (args.Length == 0)
{
    Console.Error.WriteLine("expected: embed.cs -- job.yaml [--sagemaker]");
    return (int)ExitCode.BadSpec;
}
try
{
    var spec = SpecReader.ReadFile(args[0]);
    var job = args.Contains("--sagemaker") ? JobClient.RunOnSageMaker(spec) : JobClient.RunHere(spec);
    await foreach (var happened in job.Events)
    {
        Console.WriteLine(happened switch
        {
            JobPlanned { Plan: var plan } => $"{plan.Units.Count} units over {plan.Hosts.Count} hosts, {plan.UnitsCommitted} are done already",
            HostProgressed { Host: var host, Progress: var p } => $"{host}: {p.Rows:N0} rows, {p.Tokens:N0} tokens",
            JobNote { Text: var text } => text,
            HostEnded { Host: var host, ExitCode: var code } => $"{host} ended with {code}",
            _ => null,
        });
    }
    var result = await job.Result;
    Console.WriteLine($"{result.Job}: {result.Status} after {result.Seconds:0} s, {result.Counts?.RowsOut ?? 0:N0} rows in {result.Output}");
    if (result.Message is not null) Console.Error.WriteLine(result.Message);
    return (int)result.Code;
}
catch (PJobException e)
{
    Console.Error.WriteLine(e.Message);
    return (int)e.ExitCode;
}
