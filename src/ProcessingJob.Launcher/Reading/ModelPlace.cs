using System.Text.RegularExpressions;
using ProcessingJob.Contract;

namespace ProcessingJob.Launcher.Reading;

/// <summary>A model folder on this machine, as a spec names it.</summary>
static partial class ModelPlace
{
    /// <returns>Its whole path.</returns>
    /// <exception cref="PJobException">BadSpec: a model of the hub, which is not here. Model: there is no such folder.</exception>
    public static string FolderOf(string model)
    {
        if (model.StartsWith("hf://", StringComparison.OrdinalIgnoreCase))
        {
            throw new PJobException(
                $"model: {model} is not on this machine; fix: fetch it with 'pjob model fetch {model[5..]}' and name the folder",
                ExitCode.BadSpec
            );
        }

        return Directory.Exists(model)
            ? Path.GetFullPath(model)
            : throw new PJobException(
                $"model: there is no folder {Path.GetFullPath(model)}; expected config.json, tokenizer.json and model.safetensors "
                    + $"or an .onnx file in it{Elsewhere(model)}",
                ExitCode.Model
            );
    }

    /// <summary>owner/name is how other tools name a model of the hub.</summary>
    static string Elsewhere(string model) =>
        HubName().IsMatch(model) ? $"; fix: if it is a model of the hub, pjob model fetch {model} --out DIR, then --model DIR" : "";

    [GeneratedRegex(@"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")]
    private static partial Regex HubName();
}
