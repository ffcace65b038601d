using ProcessingJob.Contract;
using ProcessingJob.Inference;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Search;

/// <summary>Embeds a query as a job embedded its texts: same model, length, pooling and dimensions.</summary>
internal static class QueryEncoder
{
    /// <param name="spec">The job's spec.</param>
    /// <param name="folder">Its model folder.</param>
    /// <param name="text">The query.</param>
    /// <param name="prompt">Overrides the prompt: a name or a literal. Without it the model's prompt "query", else the job's.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="PJobException">Exit code 4: the model cannot be used.</exception>
    public static async Task<float[]> EncodeAsync(JobSpec spec, string folder, string text, string? prompt, CancellationToken cancel)
    {
        var model = ModelFolder.Open(folder, new() { Task = TaskKind.Embed, ModelFile = spec.Compute.ModelFile == "auto" ? null : spec.Compute.ModelFile });
        var tokenizer = Tokenizer.Load(folder);
        var limit = Math.Min(model.MaxLength, tokenizer.MaxLength ?? int.MaxValue);
        var maxLength = spec.Tokens.MaxLength is { } asked ? Math.Min(asked, limit) : limit;
        var before = model.ResolvePrompt(prompt ?? (model.Prompts.ContainsKey("query") ? "query" : spec.Tokens.Prompt));
        var (encoder, buffer) = (tokenizer.CreateEncoder(new() { MaxLength = maxLength }), new EncodingBuffer());
        encoder.Encode(before, buffer);
        var promptTokens = before.Length > 0 && !model.IncludePrompt ? buffer.Length(0) - 1 : 0;
        buffer.Clear();
        encoder.Encode(model.LowerCase ? (before + text).ToLowerInvariant() : before + text, buffer);
        using var engine = Engine.Create(model, new()
        {
            Task = TaskKind.Embed,
            MaxLength = maxLength,
            Embed = new()
            {
                Pooling = spec.Embed.Pooling == PoolingKind.Auto ? null : Enum.Parse<Pooling>(spec.Embed.Pooling.ToString()),
                Normalize = spec.Embed.Normalize switch { Toggle.True => true, Toggle.False => false, _ => null },
                Dimensions = spec.Embed.Dimensions,
                PromptTokens = promptTokens,
            },
        });
        using var result = await engine.RunAsync(buffer, cancel).ConfigureAwait(false);
        return result.Row(0).ToArray();
    }
}
