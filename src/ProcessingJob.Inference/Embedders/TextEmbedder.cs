using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Embedders;

/// <summary>A model made ready on this machine for what a job does with it: same length, prompt, pooling and dimensions.</summary>
public sealed class TextEmbedder : IDisposable
{
    readonly TextPreparation _texts;

    /// <param name="spec">The job's spec.</param>
    /// <param name="folder">Its model folder.</param>
    /// <param name="prompt">The text to put before every text; null: as the job says.</param>
    /// <param name="task">Embed, or another that gives vectors.</param>
    /// <exception cref="PJobException">Exit code 4: the model cannot be used; 2: the spec asks for what it does not give.</exception>
    public TextEmbedder(JobSpec spec, string folder, Func<ModelFolder, string>? prompt = null, TaskKind task = TaskKind.Embed)
    {
        Model = ModelFolder.Open(folder, ModelOptions.Of(spec) with { Task = task });
        Tokenizer = Tokenizer.Load(Model.EncoderFolder, Model.TokenizerRole);
        var tokens = prompt?.Invoke(Model) is { } literal ? spec.Tokens with { Prompt = literal, PromptName = null } : spec.Tokens;
        _texts = TextPreparation.Of(spec with { Task = task, Tokens = tokens }, Model, Tokenizer);
        Engine = InferenceEngine.Create(
            Model,
            new()
            {
                Task = task,
                Device = spec.Compute.Device,
                MaxLength = _texts.MaxLength,
                TokenBudget = spec.Compute.TokenBudget,
                AllowBatchDependent = spec.Compute.AllowBatchDependent,
                Embed = EmbedOptions.From(spec.Embed, Model.PromptTokens(Tokenizer, _texts.Prompt)),
            }
        );
    }

    /// <summary>What the folder says.</summary>
    public ModelFolder Model { get; }

    /// <summary>That of the folder, or of its route for the role.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Runs the encodings.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>Tokens of an encoding; what is longer is cut.</summary>
    public int MaxLength => _texts.MaxLength;

    /// <summary>An encoder for one thread.</summary>
    public TextEncoder CreateEncoder() => _texts.CreateEncoder(Tokenizer, Model.Encoding(_texts.MaxLength));

    public void Dispose() => Engine.Dispose();
}
