using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Init;

static class InitCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("init", "Inspect data and model and write a commented job.yaml");
        var data = new Argument<string>("DATA") { Description = "File, folder or glob" };
        var model = new Argument<string?>("MODEL") { Description = "The model folder", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string>("--file", "-f")
        {
            Description = "File to write; - is standard output",
            HelpName = "FILE",
            DefaultValueFactory = _ => "job.yaml",
        };
        var force = new Option<bool>("--force") { Description = "Overwrite an existing file" };
        command.Arguments.Add(data);
        command.Arguments.Add(model);
        command.Options.Add(file);
        command.Options.Add(force);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(file);
                if (path != "-" && File.Exists(path) && !parsed.GetValue(force))
                {
                    throw new PJobException(
                        $"{path} already exists; overwrite it with --force, or name another with --file",
                        ExitCode.BadSpec
                    );
                }

                var look = parsed.GetValue(model) is { } folder ? ModelLook.At(folder) : null;
                var task = look?.Task ?? TaskKind.Embed;
                var found = await DataLook.AtAsync(parsed.GetRequiredValue(data), TaskTable.Of(task).InputKeys, cancellationToken);
                var text = JobYaml.Write(found, look);
                cli.Error.Write(Text.Warnings([.. look?.Warnings ?? [], .. found.Warnings]));
                if (path == "-")
                {
                    cli.Out.Write(text);
                    return;
                }
                ResultFile.Write(path, text);
                cli.Out.WriteLine($"wrote {path}; review it, then run: pjob run {path}");
            }
        );
        return command;
    }
}
