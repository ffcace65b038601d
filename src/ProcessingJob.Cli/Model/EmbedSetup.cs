using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Model;

/// <summary>A model made ready to embed on this machine as a job embeds: same length, prompt, pooling and dimensions.</summary>
sealed class EmbedSetup : IDisposable
{
    readonly TextEncoder _encoder;

    /// <param name="spec">The job's spec.</param>
    /// <param name="folder">Its model folder.</param>
    /// <param name="prompt">The text to put before every text; null: as the job says.</param>
    /// <exception cref="PJobException">Exit code 4: the model cannot be used.</exception>
    public EmbedSetup(JobSpec spec, string folder, Func<ModelFolder, string>? prompt = null)
    {
        var model = ModelFolder.Open(folder, ModelOptions.Of(spec) with { Task = TaskKind.Embed });
        var tokenizer = Tokenizer.Load(model.EncoderFolder);
        var tokens = prompt?.Invoke(model) is { } literal ? spec.Tokens with { Prompt = literal, PromptName = null } : spec.Tokens;
        var texts = TextPreparation.Of(spec with { Task = TaskKind.Embed, Tokens = tokens }, model, tokenizer);
        _encoder = texts.CreateEncoder(tokenizer, model.Encoding(texts.MaxLength));
        Engine = InferenceEngine.Create(
            model,
            new()
            {
                Task = TaskKind.Embed,
                Device = spec.Compute.Device,
                MaxLength = texts.MaxLength,
                AllowBatchDependent = spec.Compute.AllowBatchDependent,
                Embed = EmbedOptions.From(spec.Embed, model.PromptTokens(tokenizer, texts.Prompt)),
            }
        );
    }

    public InferenceEngine Engine { get; }

    public void Encode(ReadOnlySpan<char> text, EncodingBuffer into) => _encoder.Encode(text, into);

    public void Dispose() => Engine.Dispose();
}
