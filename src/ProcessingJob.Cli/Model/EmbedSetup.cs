using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Model;

/// <summary>A model made ready on this machine for what a job does with it: same length, prompt, pooling and dimensions.</summary>
sealed class EmbedSetup : IDisposable
{
    readonly TextEncoder _encoder;

    /// <param name="spec">The job's spec.</param>
    /// <param name="folder">Its model folder.</param>
    /// <param name="prompt">The text to put before every text; null: as the job says.</param>
    /// <param name="task">Embed, or another that gives vectors.</param>
    /// <exception cref="PJobException">Exit code 4: the model cannot be used.</exception>
    public EmbedSetup(JobSpec spec, string folder, Func<ModelFolder, string>? prompt = null, TaskKind task = TaskKind.Embed)
    {
        var model = ModelFolder.Open(folder, ModelOptions.Of(spec) with { Task = task });
        var tokenizer = Tokenizer.Load(model.EncoderFolder, model.TokenizerRole);
        (Model, Tokenizer) = (model, tokenizer);
        var tokens = prompt?.Invoke(model) is { } literal ? spec.Tokens with { Prompt = literal, PromptName = null } : spec.Tokens;
        var texts = TextPreparation.Of(spec with { Task = task, Tokens = tokens }, model, tokenizer);
        _encoder = texts.CreateEncoder(tokenizer, model.Encoding(texts.MaxLength));
        Engine = InferenceEngine.Create(
            model,
            new()
            {
                Task = task,
                Device = spec.Compute.Device,
                MaxLength = texts.MaxLength,
                AllowBatchDependent = spec.Compute.AllowBatchDependent,
                Embed = EmbedOptions.From(spec.Embed, model.PromptTokens(tokenizer, texts.Prompt)),
            }
        );
    }

    public ModelFolder Model { get; }

    public Tokenizer Tokenizer { get; }

    public InferenceEngine Engine { get; }

    public void Encode(ReadOnlySpan<char> text, EncodingBuffer into) => _encoder.Encode(text, into);

    public void Dispose() => Engine.Dispose();
}
