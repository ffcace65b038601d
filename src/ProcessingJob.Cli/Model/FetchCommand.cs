using System.CommandLine;
using ProcessingJob.Cli.Commands;
using ProcessingJob.Cli.Display;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Cli.Model;

static class FetchCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "fetch",
            "Download a model from the Hugging Face Hub: configuration, tokenizer and weights (safetensors or one .onnx file); "
                + "honors HF_TOKEN and HF_ENDPOINT"
        );
        var address = new Argument<string>("MODEL") { Description = "owner/name or owner/name@revision" };
        var folder = new Option<string?>("--out", "-o")
        {
            Description = "Also copy the model into this folder; default: only the cache",
            HelpName = "DIR",
        };
        var file = new Option<string>("--model-file")
        {
            Description = "What to run: an .onnx file, such as onnx/model_fp16.onnx, or safetensors",
            DefaultValueFactory = _ => "auto",
        };
        var device = new Option<DeviceKind>("--device")
        {
            Description = "Device the model will run on: cuda prefers float16",
            DefaultValueFactory = _ => DeviceKind.Auto,
        };
        var json = CommonOptions.Json();
        command.Arguments.Add(address);
        command.Options.Add(folder);
        command.Options.Add(file);
        command.Options.Add(device);
        command.Options.Add(json);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var target = parsed.GetValue(folder);
                if (target is not null && Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
                {
                    throw new PJobException($"--out: {target} is not empty; expected a new folder", ExitCode.BadSpec);
                }

                var options = cli.Hub() with { ModelFile = parsed.GetRequiredValue(file), Device = parsed.GetValue(device) };
                var cached = await HubFetch.FetchAsync(cli, options, parsed.GetRequiredValue(address), cancellationToken);
                if (target is not null)
                {
                    ResultFile.Write(target, () => Copy(cached, target));
                }

                if (parsed.GetValue(json))
                {
                    cli.WriteJson(new { Model = parsed.GetRequiredValue(address), Folder = Path.GetFullPath(target ?? cached) });
                }
                else
                {
                    cli.Out.WriteLine(target ?? cached);
                }

                return 0;
            }
        );
        return command;
    }

    // Through a folder beside it, so that a model that is there is there whole.
    static void Copy(string from, string to)
    {
        var unfinished = Path.TrimEndingDirectorySeparator(Path.GetFullPath(to)) + ".part";
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(unfinished, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
        if (Directory.Exists(to))
        {
            Directory.Delete(to);
        }

        Directory.Move(unfinished, to);
    }
}
