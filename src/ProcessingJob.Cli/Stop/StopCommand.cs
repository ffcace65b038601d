using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.Stop;

static class StopCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("stop", "Stop a job on SageMaker; committed work is kept");
        var name = new Argument<string>("NAME") { Description = "Name of the job" };
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(name);
        command.Options.Add(region);
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var job = parsed.GetRequiredValue(name);
                if (Directory.Exists(job))
                {
                    throw new PJobException(
                        $"{job}: is a folder, expected the name of a job on SageMaker; fix: press Ctrl-C where pjob runs a job on this "
                            + "machine",
                        ExitCode.BadSpec
                    );
                }

                var target = new SageMakerTarget(cli.Connect(parsed.GetValue(region)), cli.Time);
                var found = await target.DescribeAsync(job, cancellationToken);
                if (!found.IsTerminal && !await target.StopAsync(job, cancellationToken))
                {
                    throw new PJobException($"{job} no longer exists", ExitCode.Remote);
                }

                var (status, message) = found.IsTerminal
                    ? (found.ProcessingJobStatus, $"{job} has already ended: {found.ProcessingJobStatus}")
                    : (JobStatus.Stopping, $"stopping {job}; committed work is kept, and the same 'pjob run' continues from there");
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(
                        new
                        {
                            Job = job,
                            Status = status.ToString(),
                            Message = message,
                        }
                    );
                }
                else
                {
                    cli.Out.WriteLine(message);
                }

                return 0;
            }
        );
        return command;
    }
}
