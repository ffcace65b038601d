using ProcessingJob.Cli.Display;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Launcher.Tests.SageMaker;

namespace ProcessingJob.Cli.Tests;

/// <summary>pjob in this process, on the bench's account and clock.</summary>
static class RemoteCli
{
    public static Task<PjobRun> PjobAsync(this RemoteBench bench, params string[] args) => PjobAsync(bench, args, new StringWriter());

    public static async Task<PjobRun> PjobAsync(
        this RemoteBench bench,
        string[] args,
        StringWriter output,
        CommandStop? signals = null,
        bool canAsk = false,
        string input = "",
        bool isTerminal = false
    )
    {
        var error = new StringWriter();
        using var own = new CommandStop();
        var cli = new CliContext
        {
            In = new StringReader(input),
            Out = TextWriter.Synchronized(output),
            Error = TextWriter.Synchronized(error),
            Variable = _ => null,
            Connect = _ => bench.Connection,
            Time = bench.Aws.Time,
            CanAsk = canAsk,
            OutIsTerminal = isTerminal,
        };
        return new(await App.RunAsync(args, cli, signals ?? own), output.ToString(), error.ToString());
    }

    public static string SpecFile(this RemoteBench bench, JobSpec spec) => bench.Write("job.json", SpecWriter.ToJsonText(spec));
}
