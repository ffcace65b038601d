using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Embedders;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Search;

/// <summary>Embeds a query as a job embedded its texts: same model, length, pooling and dimensions.</summary>
static class QueryEncoder
{
    /// <param name="spec">The job's spec.</param>
    /// <param name="folder">Its model folder.</param>
    /// <param name="text">The query.</param>
    /// <param name="prompt">Overrides the prompt: a name or a literal. Without it the model's prompt "query", else the job's.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="PJobException">Exit code 4: the model cannot be used.</exception>
    public static async Task<float[]> EncodeAsync(
        JobSpec spec,
        string folder,
        string text,
        string? prompt,
        CancellationToken cancellationToken
    )
    {
        // One query of a job that ran on GPUs is embedded wherever this is.
        var here = spec with
        {
            Compute = spec.Compute with { Device = DeviceKind.Auto },
            Embed = spec.Embed with { Role = TextRole.Query },
        };
        using var setup = new TextEmbedder(here, folder, model => PromptOf(model, spec, prompt));
        var buffer = new EncodingBuffer();
        setup.CreateEncoder().Encode(text, buffer);
        using var result = await setup.Engine.RunAsync(buffer, cancellationToken);
        return result.Row(0).ToArray();
    }

    static string PromptOf(ModelFolder model, JobSpec spec, string? asked) =>
        asked is not null ? model.Prompts.GetValueOrDefault(asked, asked)
        : model.Prompts.GetValueOrDefault("query", "") is { Length: > 0 } own ? own
        : spec.Embed.Role == TextRole.Document ? ""
        : model.Prompt(spec.Tokens.Prompt, spec.Tokens.PromptName);
}
