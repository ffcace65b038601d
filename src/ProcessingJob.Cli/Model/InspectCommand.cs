using System.CommandLine;
using System.Text;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Launcher.Reading;

namespace ProcessingJob.Cli.Model;

static class InspectCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("inspect", "Show what a model folder contains, and what each task would do with it");
        var folder = new Argument<string>("DIR") { Description = "The model folder" };
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var reading = ModelInspector.Read(parsed.GetRequiredValue(folder));
            cli.Out.Write(
                parsed.GetValue(json)
                    ? Encoding.UTF8.GetString(ModelInspector.ToJson(reading)) + "\n"
                    : SafeText.Of(ReadingText.Of(reading))
            );
        });
        return command;
    }
}
