using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Output;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.Logs;

static class LogsCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("logs", "Print the logs of a job on SageMaker");
        var name = new Argument<string>("NAME") { Description = "Name of the job" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Follow until the job ends; Ctrl-C leaves the job running" };
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(name);
        command.Options.Add(follow);
        command.Options.Add(region);
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var job = parsed.GetRequiredValue(name);
                if (Directory.Exists(job))
                {
                    throw new PJobException(
                        $"{job}: is a folder, expected the name of a job on SageMaker; fix: 'pjob status {job}' says how a job on this "
                            + "machine ended",
                        ExitCode.BadSpec
                    );
                }

                var target = new SageMakerTarget(cli.Connect(parsed.GetValue(region)), cli.Time);
                // Lines of metrics have no words.
                var lines = target
                    .ReadLogsAsync(job, parsed.GetValue(follow), cancellationToken)
                    .Where(l => WorkerEvent.Parse(l.Message).Text.Length > 0);
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(
                        await lines
                            .Select(l => new
                            {
                                l.Timestamp,
                                l.Host,
                                l.Message,
                            })
                            .ToListAsync(cancellationToken)
                    );
                    return 0;
                }
                await foreach (var line in lines)
                {
                    cli.Out.WriteLine(SafeText.Of(EventText.OfLog(line)));
                }

                return 0;
            }
        );
        return command;
    }
}
