#!/usr/bin/env dotnet
// A job from C# without a project of one's own: dotnet run -c Release scripts/notebooks/embed.cs -- job.yaml [--sagemaker]
// The same lines work in a C# notebook, with #r "…/ProcessingJob.Launcher.dll" in place of the next ones.
#:project ../../src/ProcessingJob.Launcher/ProcessingJob.Launcher.csproj
// For runs on this machine: its program is started once per host.
#:project ../../src/ProcessingJob.Worker/ProcessingJob.Worker.csproj
// Programs of one file are made for NativeAOT unless they say otherwise, and that turns off the JSON that launcher and worker speak.
#:property PublishAot=false
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
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
        var line = happened switch
        {
            JobPlanned { Plan: var plan } =>
                $"{plan.Units.Count} units over {plan.Hosts.Count} hosts, {plan.UnitsCommitted} are done already",
            HostProgressed { Host: var host, Progress: var p } => $"{host}: {p.Rows:N0} rows, {p.Tokens:N0} tokens",
            JobNote { Text: var text } => text,
            HostEnded { Host: var host, ExitCode: var code } => $"{host} ended with {code}",
            _ => null,
        };
        if (line is not null)
        {
            Console.WriteLine(line);
        }
    }
    var result = await job.Result;
    Console.WriteLine($"{result.Job}: {result.Status} after {result.Seconds:0} s, in {result.Output}");
    if (result.Counts is { } counts)
    {
        foreach (
            var (name, value) in new[]
            {
                ("rows in", counts.RowsIn),
                ("rows out", counts.RowsOut),
                ("rejected", counts.RejectedRows),
                ("tokens", counts.Tokens),
                ("parts", counts.Parts),
                ("bytes", counts.Bytes),
            }
        )
        {
            Console.WriteLine($"{name, -10}{value, 16:N0}");
        }
    }
    if (result.Status == JobState.Completed && spec.Task == TaskKind.Embed)
    {
        var output = await JobClient.OpenAsync(result.Output, spec.Aws.Region);
        await foreach (var row in output.RowsAsync())
        {
            Console.WriteLine($"first row: {row.Embedding.Length} numbers, {row.Embedding[0]:0.0000} {row.Embedding[1]:0.0000} ...");
            break;
        }
    }
    if (result.Message is not null)
    {
        Console.Error.WriteLine(result.Message);
    }
    return (int)result.Code;
}
catch (PJobException e)
{
    Console.Error.WriteLine(e.Message);
    return (int)e.ExitCode;
}
