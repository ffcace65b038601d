using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Launcher.SageMaker;
using ProcessingJob.Storage;

namespace ProcessingJob.Cli.Request;

static class RequestCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("request", "Stage a job's model, data and plan, and print the request that starts it on SageMaker");
        var spec = SpecOptions.AddTo(command, cli, writesOutput: true);
        var format = new Option<RequestFormat>("--format")
        {
            Description = "json: the body of CreateProcessingJob; the others contain it, from stepfunctions on with a step that finishes",
            HelpName = string.Join('|', Names.All<RequestFormat>()),
            DefaultValueFactory = _ => RequestFormat.Json,
        };
        var recurring = new Option<bool>("--recurring")
        {
            Description = "For many executions: without a plan, the hosts do what they find each time (input.sharding: by_key)",
        };
        command.Options.Add(format);
        command.Options.Add(recurring);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var job = await HubFetch.ResolveAsync(cli, spec.Read(parsed), cancellationToken);
                if (!S3Uri.IsS3(job.Output.Data))
                {
                    throw new PJobException($"output.data: found '{job.Output.Data}', expected an s3:// URI", ExitCode.BadSpec);
                }

                var target = new SageMakerTarget(cli.Connect(job.Aws.Region), cli.Time);
                var request = await target.WriteRequestAsync(job, parsed.GetValue(recurring), new NotesOnError(cli), cancellationToken);
                var output = S3Uri.Parse(job.Output.Data, "output.data").AsFolder().ToString().TrimEnd('/');
                var text = new RequestText(request, output, target.Connection.Region, parsed.GetValue(recurring));
                cli.Out.Write(text.Of(parsed.GetValue(format)));
                cli.Error.WriteLine($"staged; when the job has ended: pjob finish {output}");
            }
        );
        return command;
    }
}
