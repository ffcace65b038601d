using System.CommandLine;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.Commands;

internal static class StopCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("stop", "Stop a job on SageMaker; what it has committed is kept.");
        var name = new Argument<string>("NAME") { Description = "Name of the job." };
        var region = CommonOptions.Region();
        command.Arguments.Add(name);
        command.Options.Add(region);
        command.SetAction(async (parsed, cancel) =>
        {
            var job = parsed.GetRequiredValue(name);
            var target = new SageMakerTarget(cli.Connect(parsed.GetValue(region)), cli.Time);
            if ((await target.DescribeAsync(job, cancel).ConfigureAwait(false)) is { IsTerminal: true } ended)
            {
                cli.Out.WriteLine($"{job} has ended already: {ended.ProcessingJobStatus}");
                return 0;
            }
            if (!await target.StopAsync(job, cancel).ConfigureAwait(false))
                throw new PJobException($"{job} is gone", ExitCode.Remote);
            cli.Out.WriteLine($"{job} is asked to stop; what it has committed is kept, and the same 'pjob run' goes on from there");
            return 0;
        });
        return command;
    }
}
