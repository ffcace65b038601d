using ProcessingJob.Contract;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Model;

/// <summary>A model made ready to embed on this machine as a job embeds: same length, prompt, pooling and dimensions.</summary>
sealed class EmbedSetup : IDisposable
{
    readonly Encoder _encoder;
    readonly string _before;
    readonly bool _lowerCase;

    /// <param name="spec">The job's spec.</param>
    /// <param name="folder">Its model folder.</param>
    /// <param name="prompt">The text to put before every text; null: as the job says.</param>
    /// <exception cref="PJobException">Exit code 4: the model cannot be used.</exception>
    public EmbedSetup(JobSpec spec, string folder, Func<ModelFolder, string>? prompt = null)
    {
        var model = ModelFolder.Open(
            folder,
            new()
            {
                Task = TaskKind.Embed,
                ModelFile = spec.Compute.ModelFile == "auto" ? null : spec.Compute.ModelFile,
                Role = spec.Embed.Role,
            }
        );
        var tokenizer = Tokenizer.Load(model.EncoderFolder);
        var limit = model.MaxLength(tokenizer);
        var maxLength = spec.Tokens.MaxLength ?? limit;
        (_before, _lowerCase, _encoder) = (
            prompt?.Invoke(model) ?? model.Prompt(spec.Tokens.Prompt, spec.Tokens.PromptName),
            model.LowerCase,
            tokenizer.CreateEncoder(model.Encoding(maxLength))
        );
        Engine = InferenceEngine.Create(
            model,
            new()
            {
                Task = TaskKind.Embed,
                Device = spec.Compute.Device,
                MaxLength = maxLength,
                Embed = EmbedOptions.From(spec.Embed, model.PromptTokens(tokenizer, _before)),
            }
        );
    }

    public InferenceEngine Engine { get; }

    public void Encode(ReadOnlySpan<char> text, EncodingBuffer into)
    {
        var whole = _before.Length == 0 ? text : string.Concat(_before, text);
        _encoder.Encode(_lowerCase ? whole.ToString().ToLowerInvariant() : whole, into);
    }

    public void Dispose() => Engine.Dispose();
}
