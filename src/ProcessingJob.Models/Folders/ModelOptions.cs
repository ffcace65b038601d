using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;

namespace ProcessingJob.Models.Folders;

/// <summary>What may be said about a model folder beyond what its files say.</summary>
public sealed record ModelOptions
{
    /// <summary>
    /// ONNX file relative to the folder, e.g. <c>onnx/model_fp16.onnx</c>, or <c>safetensors</c>. Null: chosen per device.
    /// </summary>
    public string? ModelFile { get; init; }

    /// <summary>Names of the graph's outputs that are read, where the usual names are not there; empty: the usual ones.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Values of further inputs of the graph by name, the same for every text.</summary>
    public IReadOnlyDictionary<string, double> Inputs { get; init; } = new Dictionary<string, double>();

    /// <summary>What a job says of its model.</summary>
    public static ModelOptions Of(JobSpec spec) =>
        new()
        {
            ModelFile = spec.Compute.ModelFile == "auto" ? null : spec.Compute.ModelFile,
            Outputs = spec.Compute.Outputs,
            Inputs = spec.Compute.Inputs.ToDictionary(),
            Task = spec.Task,
            Role = spec.Embed.Role,
        };

    /// <summary>The task. Null: embed for a sentence-transformers folder, else what config.json's architectures say.</summary>
    public TaskKind? Task { get; init; }

    /// <summary>Reads what the folder says and looks for no ONNX file: enough to count tokens, not to run the model.</summary>
    public bool WithoutGraph { get; init; }

    /// <summary>What the texts are in a search, for task embed: chooses prompts and routes.</summary>
    public TextRole Role { get; init; }

    /// <summary>Whether it is a graph over safetensors that is asked for.</summary>
    internal bool AsksSafetensors => ModelFile is { } file && SafetensorsSources.IsAsked(file);

    /// <summary>Refuses names of a graph's outputs and inputs where the graph is no file.</summary>
    /// <exception cref="PJobException">BadSpec: there are such names.</exception>
    internal void RefusePorts(string why)
    {
        if (Outputs.Count > 0)
        {
            throw Refusal("compute.outputs", "is for .onnx files", why);
        }

        if (Inputs.Count > 0)
        {
            throw Refusal("compute.inputs", "is for .onnx files", why);
        }
    }

    /// <summary>Refuses all that is said of a graph where none is run. safetensors are what a table is read from.</summary>
    /// <exception cref="PJobException">BadSpec: something is said.</exception>
    internal void RefuseGraph(string why)
    {
        RefusePorts(why);
        if (ModelFile is not null && !AsksSafetensors)
        {
            throw Refusal("compute.model_file", $"is {ModelFile}", why);
        }
    }

    static PJobException Refusal(string key, string what, string why) =>
        new($"{key} {what}, but {why}; fix: leave {key} out", ExitCode.BadSpec);
}
