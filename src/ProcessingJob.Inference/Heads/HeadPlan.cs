using ProcessingJob.Contract;

namespace ProcessingJob.Inference;

/// <summary>What an output of the graph is.</summary>
enum OutputShape
{
    /// <summary>[batch, tokens, hidden]: pooled here.</summary>
    TokenEmbeddings,

    /// <summary>[batch, embedding]: the graph has pooled already, as modules.json says.</summary>
    SentenceEmbedding,

    /// <summary>[batch, labels].</summary>
    Logits,

    /// <summary>Two outputs of [batch, tokens].</summary>
    StartEnd,
}

/// <summary>Which outputs of a graph are read and what becomes of them. Immutable.</summary>
/// <param name="Shape">What is read.</param>
/// <param name="Outputs">Their names: one, or start and end.</param>
/// <param name="ElementWidth">Floats per token (TokenEmbeddings, StartEnd) or per row (others) in each output.</param>
/// <param name="Width">Floats per result row; 0 for StartEnd.</param>
/// <param name="Embed">For embeddings only.</param>
sealed record HeadPlan(OutputShape Shape, IReadOnlyList<string> Outputs, int ElementWidth, int Width, EmbedPlan? Embed)
{
    static readonly string[] TokenOutputs = ["last_hidden_state", "token_embeddings", "hidden_states"];

    public bool PerToken => Shape is OutputShape.TokenEmbeddings or OutputShape.StartEnd;

    /// <summary>Result floats of a row of so many padded tokens.</summary>
    public int ResultFloats(int length) => Shape == OutputShape.StartEnd ? 2 * length : Width;

    /// <exception cref="PJobException">Model: the graph has not the outputs that the task needs.</exception>
    public static HeadPlan Create(ModelFolder model, OnnxCandidate file, TaskKind task, EmbedOptions options)
    {
        var outputs = file.Summary.Outputs;
        switch (task)
        {
            case TaskKind.Embed:
                return Embeddings(model, file, EmbedPlan.Create(model, options), options);
            case TaskKind.Classify when Find("logits") is { } logits:
                var labels = logits.Dimensions is [_, > 0 and var fixedLabels] ? (int)fixedLabels : model.Labels.Count;
                if (labels != model.Labels.Count)
                {
                    throw Refuse($"logits has {labels} columns, but config.json names {model.Labels.Count} labels");
                }

                return new HeadPlan(OutputShape.Logits, ["logits"], labels, labels, null);
            case TaskKind.Answer when Find("start_logits") is not null && Find("end_logits") is not null:
                return new HeadPlan(OutputShape.StartEnd, ["start_logits", "end_logits"], 1, 0, null);
            case TaskKind.Tokenize:
                throw new PJobException("Task tokenize runs no model.", ExitCode.BadSpec);
            default:
                throw Refuse(
                    $"task {task.ToString().ToLowerInvariant()} needs {(task == TaskKind.Answer ? "start_logits and end_logits" : "logits")}"
                );
        }

        GraphValue? Find(string name) => outputs.FirstOrDefault(o => o.Name == name);

        PJobException Refuse(string why) =>
            new($"{file.Path}: {why}; the graph's outputs are {string.Join(", ", outputs.Select(o => o.Name))}.", ExitCode.Model);
    }

    static HeadPlan Embeddings(ModelFolder model, OnnxCandidate file, EmbedPlan plan, EmbedOptions options)
    {
        var outputs = file.Summary.Outputs;
        var tokens = outputs.FirstOrDefault(o => TokenOutputs.Contains(o.Name)) ?? outputs.FirstOrDefault(o => o.Dimensions.Length == 3);
        if (tokens is not null)
        {
            if (tokens.Dimensions is [_, _, > 0 and var size] && size != model.HiddenSize)
            {
                throw new PJobException(
                    $"{file.Path}: {tokens.Name} is {size} wide, but config.json says {model.HiddenSize}.",
                    ExitCode.Model
                );
            }

            return new HeadPlan(OutputShape.TokenEmbeddings, [tokens.Name], model.HiddenSize, plan.Width, plan);
        }

        if (outputs.FirstOrDefault(o => o.Name == "sentence_embedding") is not { } pooled)
        {
            throw new PJobException(
                $"{file.Path}: task embed needs {TokenOutputs[0]}, token_embeddings or sentence_embedding; the graph's outputs are {string.Join(", ", outputs.Select(o => o.Name))}.",
                ExitCode.Model
            );
        }

        if ((options.Pooling is { } asked && asked != model.Pooling) || plan.PromptTokens > 0)
        {
            throw new PJobException($"{file.Path} pools inside the graph: another pooling cannot be asked of it.", ExitCode.Model);
        }

        if (pooled.Dimensions is [_, > 0 and var width] && width != model.EmbeddingSize)
        {
            throw new PJobException(
                $"{file.Path}: {pooled.Name} is {width} wide, but the folder's files say {model.EmbeddingSize}.",
                ExitCode.Model
            );
        }
        // Dense modules are inside the graph too.
        return new HeadPlan(OutputShape.SentenceEmbedding, [pooled.Name], model.EmbeddingSize, plan.Width, plan with { Dense = [] });
    }
}
