using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Embedders;

/// <summary>A model made ready to embed on this machine as a job embeds: same length, prompt, pooling and dimensions.</summary>
public sealed class TextEmbedder : IDisposable
{
    readonly Tokenizer _tokenizer;
    readonly TextPreparation _texts;
    readonly EncodeOptions _encoding;

    /// <param name="spec">The job's spec.</param>
    /// <param name="folder">Its model folder.</param>
    /// <param name="prompt">The text to put before every text; null: as the job says.</param>
    /// <exception cref="PJobException">Exit code 4: the model cannot be used; 2: the spec asks for what it does not give.</exception>
    public TextEmbedder(JobSpec spec, string folder, Func<ModelFolder, string>? prompt = null)
    {
        var model = ModelFolder.Open(folder, ModelOptions.Of(spec) with { Task = TaskKind.Embed });
        _tokenizer = Tokenizer.Load(model.EncoderFolder, model.TokenizerRole);
        var tokens = prompt?.Invoke(model) is { } literal ? spec.Tokens with { Prompt = literal, PromptName = null } : spec.Tokens;
        _texts = TextPreparation.Of(spec with { Task = TaskKind.Embed, Tokens = tokens }, model, _tokenizer);
        _encoding = model.Encoding(_texts.MaxLength);
        ModelType = model.ModelType;
        Engine = InferenceEngine.Create(
            model,
            new()
            {
                Task = TaskKind.Embed,
                Device = spec.Compute.Device,
                MaxLength = _texts.MaxLength,
                TokenBudget = spec.Compute.TokenBudget,
                AllowBatchDependent = spec.Compute.AllowBatchDependent,
                Embed = EmbedOptions.From(spec.Embed, model.PromptTokens(_tokenizer, _texts.Prompt)),
            }
        );
    }

    /// <summary>Runs the encodings.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>model_type of the folder's config.json.</summary>
    public string ModelType { get; }

    /// <summary>Tokens of an encoding; what is longer is cut.</summary>
    public int MaxLength => _texts.MaxLength;

    /// <summary>An encoder for one thread.</summary>
    public TextEncoder CreateEncoder() => _texts.CreateEncoder(_tokenizer, _encoding);

    public void Dispose() => Engine.Dispose();
}
