using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Heads;

/// <summary>How a job's texts become what the model sees; the same for worker, plan, analysis and search.</summary>
/// <param name="Prompt">Stands before the first text of every row; "" for none.</param>
/// <param name="MaxLength">Tokens of an encoding: tokens.max_length, else <paramref name="Limit"/>.</param>
/// <param name="Limit">Tokens that model and tokenizer allow; <see cref="int.MaxValue"/> where neither says.</param>
/// <param name="MaxCharacters">Code points of prompt and text that are looked at (model2vec); null for all.</param>
public sealed record TextPreparation(string Prompt, int MaxLength, int Limit, long? MaxCharacters)
{
    /// <param name="spec">The job.</param>
    /// <param name="model">Null for a task that runs no model: then tokens.prompt is a literal.</param>
    /// <param name="tokenizer">The folder's.</param>
    /// <exception cref="PJobException">tokens.prompt_name is none of the folder's prompts.</exception>
    public static TextPreparation Of(JobSpec spec, ModelFolder? model, Tokenizer tokenizer)
    {
        if (model is null && spec.Tokens.PromptName is { } name)
        {
            throw new PJobException(
                $"tokens.prompt_name: found {name}, but task {Names.Of(spec.Task)} knows no prompts; fix: give the text as tokens.prompt",
                ExitCode.BadSpec
            );
        }

        var limit = LimitOf(model, tokenizer);
        var prompt = model?.Prompt(spec.Tokens.Prompt, spec.Tokens.PromptName) ?? spec.Tokens.Prompt ?? "";
        var characters = (model?.Route?.Encoder as Model2VecModule)?.MaxCharacters;
        return new(prompt, spec.Tokens.MaxLength ?? limit, limit, characters);
    }

    /// <summary>Tokens that the folder, the model's positions and the tokenizer's model_max_length allow.</summary>
    public static int LimitOf(ModelFolder? model, Tokenizer tokenizer) =>
        model?.MaxLength(tokenizer) ?? tokenizer.MaxLength ?? int.MaxValue;

    /// <summary>An encoder for one thread.</summary>
    public TextEncoder CreateEncoder(Tokenizer tokenizer, EncodeOptions options) =>
        new(tokenizer.CreateEncoder(options), Prompt, MaxCharacters);
}
