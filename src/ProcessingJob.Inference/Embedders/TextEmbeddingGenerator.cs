using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Inference.Embedders;

/// <summary>
/// Embeds texts in the process, through the interface of Microsoft.Extensions.AI, with the engine of the bulk jobs: on one machine's CPU a
/// text has bit for bit the vector that a job with the same spec and model writes for it. May be used by many threads at once.
/// </summary>
public sealed class TextEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    readonly TextEmbedder _embedder;
    readonly ConcurrentBag<TextEncoder> _idle = [];
    readonly EmbeddingGeneratorMetadata _metadata;
    readonly bool _rejectsLong;

    TextEmbeddingGenerator(JobSpec spec, string folder)
    {
        if (spec.Tokens.Overflow == Overflow.Window || spec.Embed.Precision != EmbeddingPrecision.Float32)
        {
            throw new PJobException(
                "an embedding generator gives one float32 vector for each text; fix: leave tokens.overflow: window and embed.precision out",
                ExitCode.BadSpec
            );
        }

        _rejectsLong = spec.Tokens.Overflow == Overflow.Reject;
        _embedder = new(spec, folder);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        _metadata = new("processingjob", defaultModelId: name, defaultModelDimensions: _embedder.Engine.Output.Width);
    }

    /// <summary>Opens a model folder, as <c>task: embed</c> does.</summary>
    /// <param name="folder">As Hugging Face or sentence-transformers tools write it.</param>
    /// <param name="spec">Its sections tokens, embed and compute hold; null: the defaults.</param>
    /// <exception cref="PJobException">Exit code 4: the model cannot be used; 2: the spec asks for what it does not give.</exception>
    public static TextEmbeddingGenerator Load(string folder, JobSpec? spec = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return new(spec ?? new JobSpec(), folder);
    }

    /// <summary>Opens a model folder for one side of a search: its prompts and its route of that role.</summary>
    /// <param name="folder">As Hugging Face or sentence-transformers tools write it.</param>
    /// <param name="role">What the texts are.</param>
    /// <exception cref="PJobException">As of the other.</exception>
    public static TextEmbeddingGenerator Load(string folder, TextRole role) =>
        Load(folder, new JobSpec { Embed = new EmbedSpec { Role = role } });

    /// <summary>One vector of the model's dimensions for each text, in the texts' order.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">Only what the model was opened with: its own name and dimensions.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">The options ask for another model or other dimensions.</exception>
    /// <exception cref="PJobException">
    /// Exit code 3: a text is too long for <c>tokens.overflow: reject</c>, or its vector is not finite.
    /// </exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        Check(options);
        var (embeddings, tokens) = (new GeneratedEmbeddings<Embedding<float>>(), 0L);
        foreach (var texts in values.Chunk(_embedder.Engine.BlockRows))
        {
            var buffer = Encode(texts, embeddings.Count);
            tokens += buffer.TokenCount;
            using var result = await _embedder.Engine.RunAsync(buffer, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < result.Count; i++)
            {
                if (result.NotFinite(i))
                {
                    throw new PJobException($"text {embeddings.Count}: its vector has NaN or infinity", ExitCode.Rejects);
                }

                embeddings.Add(new(result.Row(i).ToArray()) { ModelId = _metadata.DefaultModelId });
            }
        }

        embeddings.Usage = new() { InputTokenCount = tokens, TotalTokenCount = tokens };
        return embeddings;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose() => _embedder.Dispose();

    EncodingBuffer Encode(string[] texts, int before)
    {
        var buffer = new EncodingBuffer();
        if (!_idle.TryTake(out var encoder))
        {
            encoder = _embedder.CreateEncoder();
        }

        for (var i = 0; i < texts.Length; i++)
        {
            encoder.Encode(texts[i] ?? throw new ArgumentException($"text {before + i} is null", nameof(texts)), buffer);
            if (_rejectsLong && buffer.Truncated(i))
            {
                throw new PJobException(
                    $"text {before + i} has more than {_embedder.MaxLength} tokens, and tokens.overflow is reject",
                    ExitCode.Rejects
                );
            }
        }

        _idle.Add(encoder);
        return buffer;
    }

    void Check(EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is { } dimensions && dimensions != _metadata.DefaultModelDimensions)
        {
            throw new ArgumentException(
                $"Dimensions: found {dimensions}, expected {_metadata.DefaultModelDimensions}; fix: open the model with embed.dimensions "
                    + $"{dimensions}",
                nameof(options)
            );
        }

        if (options?.ModelId is { } model && model != _metadata.DefaultModelId)
        {
            throw new ArgumentException($"ModelId: found {model}, expected {_metadata.DefaultModelId}, which is open", nameof(options));
        }
    }
}
