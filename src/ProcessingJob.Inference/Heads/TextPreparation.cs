using ProcessingJob.Contract;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Heads;

/// <summary>How a job's texts become what the model sees; the same for worker, plan, analysis and search.</summary>
/// <param name="Prompt">Stands before the first text of every row; "" for none.</param>
/// <param name="LowerCase">The folder asks for lower-cased texts before tokenization.</param>
/// <param name="MaxLength">Tokens of an encoding: tokens.max_length, else <paramref name="Limit"/>.</param>
/// <param name="Limit">Tokens that model and tokenizer allow; <see cref="int.MaxValue"/> where neither says.</param>
public sealed record TextPreparation(string Prompt, bool LowerCase, int MaxLength, int Limit)
{
    /// <param name="spec">The job.</param>
    /// <param name="model">Null for a task that runs no model: then tokens.prompt is a literal.</param>
    /// <param name="tokenizer">The folder's.</param>
    /// <exception cref="PJobException">Model: the folder's default prompt is none of its prompts.</exception>
    public static TextPreparation Of(JobSpec spec, ModelFolder? model, Tokenizer tokenizer)
    {
        var limit = LimitOf(model, tokenizer);
        // Only sentence-transformers' folders have prompts with names.
        var prompt = model is not null && spec.Task == TaskKind.Embed ? model.ResolvePrompt(spec.Tokens.Prompt) : spec.Tokens.Prompt ?? "";
        return new(prompt, model?.LowerCase ?? false, spec.Tokens.MaxLength ?? limit, limit);
    }

    /// <summary>Tokens that the model's positions and the tokenizer's model_max_length allow.</summary>
    public static int LimitOf(ModelFolder? model, Tokenizer tokenizer) =>
        Math.Min(model?.MaxLength ?? int.MaxValue, tokenizer.MaxLength ?? int.MaxValue);

    /// <summary>An encoder for one thread.</summary>
    public TextEncoder CreateEncoder(Tokenizer tokenizer, EncodeOptions options) =>
        new(tokenizer.CreateEncoder(options), Prompt, LowerCase);
}
