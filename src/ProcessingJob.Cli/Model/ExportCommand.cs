using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Cli.Model;

static class ExportCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "export",
            "Write the graph of a folder with safetensors as an .onnx file that needs nothing else (over 2 GB with a .data file beside it)"
        );
        var folder = new Argument<string>("DIR") { Description = "The model folder" };
        var file = new Option<string>("--out", "-o")
        {
            Description = "The .onnx file to write",
            HelpName = "FILE",
            Required = true,
        };
        var precision = new Option<GraphPrecision>("--precision")
        {
            Description = "float32, or float16 for GPUs",
            DefaultValueFactory = _ => GraphPrecision.Float32,
        };
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(file);
        command.Options.Add(precision);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(precision);
            var (outputs, files) = GraphExport.Write(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(file), chosen);
            if (parsed.GetValue(json))
            {
                cli.WriteJson(
                    new
                    {
                        Files = files.Select(path => new { Path = path, Bytes = new FileInfo(path).Length }),
                        Precision = chosen,
                        Outputs = outputs.Select(o => o.Name),
                    }
                );
                return;
            }

            foreach (var path in files)
            {
                cli.Out.WriteLine($"{path}: {Text.Bytes(new FileInfo(path).Length)}, {Names.Of(chosen)}");
            }

            cli.Out.WriteLine($"outputs: {string.Join(", ", outputs.Select(o => o.Name))}");
        });
        return command;
    }
}
