using System.CommandLine;
using System.Globalization;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Verification;
using ProcessingJob.Models.Folders;

namespace ProcessingJob.Cli.Model;

static class PrepareCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "prepare",
            "Prepare a model folder for GPUs: write and verify a float16 .onnx file beside the float32 one"
        );
        var folder = new Argument<string>("DIR") { Description = "The model folder" };
        var json = CommonOptions.Json();
        command.Arguments.Add(folder);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(folder);
            var (name, result) = Float16File.Create(path, new EngineOptions { Task = ModelFolder.Open(path).Task });
            var bytes = new FileInfo(Path.Combine(path, name)).Length;
            if (parsed.GetValue(json))
            {
                cli.WriteJson(
                    new
                    {
                        File = name,
                        Bytes = bytes,
                        result.MinCosine,
                        result.MeanCosine,
                        result.MaxDifference,
                        result.Required,
                    }
                );
            }
            else
            {
                cli.Out.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}: {Text.Bytes(bytes)}, minimum cosine to float32 {result.MinCosine:F7} "
                            + $"(required {result.Required}); GPUs will use it"
                    )
                );
            }

            return (int)ExitCode.Done;
        });
        return command;
    }
}
