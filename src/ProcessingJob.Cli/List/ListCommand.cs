using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.SageMaker;

namespace ProcessingJob.Cli.List;

static class ListCommand
{
    const string StatusWords = "InProgress|Completed|Failed|Stopping|Stopped";

    public static Command Create(CliContext cli)
    {
        var command = new Command("list", "List jobs on SageMaker, newest first");
        var part = new Argument<string?>("PART") { Description = "Part of the name", Arity = ArgumentArity.ZeroOrOne };
        var status = new Option<string?>("--status") { Description = "Only jobs with this status", HelpName = StatusWords };
        var count = new Option<int>("--count", "-n") { Description = "Maximum number of jobs", DefaultValueFactory = _ => 20 };
        var region = CommonOptions.Region();
        var json = CommonOptions.Json();
        command.Arguments.Add(part);
        command.Options.Add(status);
        command.Options.Add(count);
        command.Options.Add(region);
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var target = new SageMakerTarget(cli.Connect(parsed.GetValue(region)), cli.Time);
                var most = parsed.GetValue(count) is > 0 and var n
                    ? n
                    : throw new PJobException($"--count: found {parsed.GetValue(count)}, expected at least 1", ExitCode.BadSpec);
                var jobs = await target.ListAsync(parsed.GetValue(part), Status(parsed.GetValue(status)), most, cancellationToken);
                if (parsed.GetValue(json))
                {
                    cli.WriteJson(
                        jobs.Select(j => new
                        {
                            Job = j.ProcessingJobName,
                            Status = j.ProcessingJobStatus.ToString(),
                            CreatedAt = j.CreationTime,
                            EndedAt = j.ProcessingEndTime,
                            j.FailureReason,
                            j.ExitMessage,
                        })
                    );
                    return 0;
                }
                var table = new TextTable("job", "status", "created");
                foreach (var job in jobs)
                {
                    table.Add(job.ProcessingJobName, job.ProcessingJobStatus.ToString(), Text.Time(job.CreationTime));
                }

                cli.Out.Write(jobs.Count == 0 ? "no jobs\n" : table.ToString());
                return 0;
            }
        );
        return command;
    }

    static JobStatus? Status(string? word) =>
        word is null ? null
        // Unknown stands for words that are newer than this program.
        : Enum.TryParse<JobStatus>(word, ignoreCase: true, out var status) && Enum.IsDefined(status) && status != JobStatus.Unknown ? status
        : throw new PJobException(
            $"--status: found {word}, expected one of {StatusWords.Replace("|", ", ", StringComparison.Ordinal)}",
            ExitCode.BadSpec
        );
}
