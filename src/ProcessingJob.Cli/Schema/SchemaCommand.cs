using System.CommandLine;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Schema;

static class SchemaCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("schema", "Print the JSON Schema of job.yaml: all keys, their defaults and bounds");
        command.SetAction(_ => cli.Out.Write(SpecWriter.Schema()));
        return command;
    }
}
