using ProcessingJob.Contract;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Inference.Embedders;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Inference.Heads;
using ProcessingJob.Models.Folders;
using ProcessingJob.Models.Modules;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Cli.Search;

/// <summary>Encodes a query as a job encoded its texts: same model, length, pooling and dimensions.</summary>
sealed class QueryEncoder : IDisposable
{
    readonly TextEmbedder _setup;
    readonly EncodingBuffer _buffer = new();

    /// <param name="spec">The job's spec.</param>
    /// <param name="folder">Its model folder.</param>
    /// <param name="prompt">Overrides the prompt: a name or a literal. Without it the model's prompt "query", else the job's.</param>
    /// <exception cref="PJobException">Exit code 4: the model cannot be used.</exception>
    public QueryEncoder(JobSpec spec, string folder, string? prompt)
    {
        // One query of a job that ran on GPUs is embedded wherever this is.
        var here = spec with
        {
            Compute = spec.Compute with { Device = DeviceKind.Auto },
            Embed = spec.Embed with { Role = TextRole.Query },
        };
        _setup = new TextEmbedder(here, folder, model => PromptOf(model, spec, prompt), spec.Task);
    }

    /// <summary>What the folder compares by.</summary>
    public string Similarity => _setup.Model.Similarity;

    /// <summary>Of task embed.</summary>
    public async Task<float[]> VectorAsync(string text, CancellationToken cancellationToken)
    {
        using var result = await RunAsync(text, cancellationToken);
        return result.Row(0).ToArray();
    }

    /// <summary>Of task sparse: weights by index, as many as the job keeps of a text.</summary>
    public async Task<IReadOnlyDictionary<int, float>> WeightsAsync(string text, int? topK, CancellationToken cancellationToken)
    {
        using var result = await RunAsync(text, cancellationToken);
        var (indices, values) = _buffer.Length(0) == 0 ? SparseRow.Empty : result.Sparse(0);
        var most = topK ?? ((SparseRoute)_setup.Model.Work!).TopK ?? int.MaxValue;
        return indices
            .Zip(values)
            .OrderByDescending(w => Math.Abs(w.Second))
            .ThenBy(w => w.First)
            .Take(most)
            .ToDictionary(w => w.First, w => w.Second);
    }

    /// <summary>Of task multivector: a vector for each token that is scored.</summary>
    public async Task<IReadOnlyList<float[]>> VectorsAsync(string text, CancellationToken cancellationToken)
    {
        using var result = await RunAsync(text, cancellationToken);
        var route = (MultivectorRoute)_setup.Model.Work!;
        var mask = TokenMask.Of(route, _setup.Tokenizer, TextRole.Query);
        var vectors = new List<float[]>();
        for (var t = 0; t < _buffer.Length(0); t++)
        {
            if (mask.Keeps(_buffer.Ids(0)[t], isFill: t >= _buffer.Attended(0)))
            {
                vectors.Add(result.Tokens(0).Slice(t * route.Width, route.Width).ToArray());
            }
        }

        return vectors;
    }

    public void Dispose() => _setup.Dispose();

    async Task<BlockResult> RunAsync(string text, CancellationToken cancellationToken)
    {
        _buffer.Clear();
        _setup.CreateEncoder().Encode(text, _buffer);
        return await _setup.Engine.RunAsync(_buffer, cancellationToken);
    }

    static string PromptOf(ModelFolder model, JobSpec spec, string? asked) =>
        asked is not null ? model.Prompts.GetValueOrDefault(asked, asked)
        : model.Prompts.GetValueOrDefault("query", "") is { Length: > 0 } own ? own
        : spec.Embed.Role == TextRole.Document ? ""
        : model.Prompt(spec.Tokens.Prompt, spec.Tokens.PromptName);
}
