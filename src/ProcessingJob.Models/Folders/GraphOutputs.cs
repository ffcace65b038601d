using ProcessingJob.Contract;
using ProcessingJob.Models.Families;

namespace ProcessingJob.Models.Folders;

/// <summary>Which outputs of a graph a task reads; the same before a job starts and in its workers.</summary>
public static class GraphOutputs
{
    public const string Logits = "logits";
    public const string StartLogits = "start_logits";
    public const string EndLogits = "end_logits";
    const string Sentence = "sentence_embedding";
    const string Pooler = "pooler_output";

    static readonly string[] TokenOutputs = ["last_hidden_state", "token_embeddings", "hidden_states"];

    /// <summary>Whether a folder without modules.json has a graph that pools itself: then nothing is guessed.</summary>
    public static bool PoolsInside(ModelFolder model, ModelSource source) =>
        model.Sentence is { HasModules: false } && source.Outputs.Any(o => o.Name == Sentence);

    /// <param name="model">The folder.</param>
    /// <param name="source">Its graph.</param>
    /// <param name="asksPooling">Whether the job asks for a pooling of its own.</param>
    /// <param name="leavesOutPrompt">Whether a prompt's tokens are to be left out of the pooling.</param>
    /// <exception cref="PJobException">Model: the graph has neither tokens nor embeddings, or not those that the folder needs.</exception>
    public static EmbedOutput ForEmbed(ModelFolder model, ModelSource source, bool asksPooling, bool leavesOutPrompt)
    {
        var route = model.Route!;
        var outputs = source.Outputs;
        if (route.IsPooled || (!asksPooling && PoolsInside(model, source)))
        {
            return ForSentence(model, source, asksPooling, leavesOutPrompt);
        }

        if (route.HiddenStates.Count > 0)
        {
            return outputs.Any(o => o.Name == EncoderGraph.WeightedHiddenStates)
                ? new EmbedOutput(EncoderGraph.WeightedHiddenStates, EmbedOutputKind.Tokens)
                : throw Refuse(source, "the modules ask for inner hidden states; fix: run the folder's safetensors");
        }

        var tokens =
            outputs.FirstOrDefault(o => TokenOutputs.Contains(o.Name))
            // Scores of labels or of the vocabulary have the same shape.
            ?? outputs.FirstOrDefault(o => o.Dimensions.Length == 3 && o.Name != Logits);
        if (tokens is null)
        {
            return ForSentence(model, source, asksPooling, leavesOutPrompt);
        }

        return tokens.Dimensions is [_, _, > 0 and var size] && size != model.HiddenSize
            ? throw new PJobException(
                $"{source.Path}: {tokens.Name} is {size} wide, but config.json says {model.HiddenSize}",
                ExitCode.Model
            )
            : new EmbedOutput(tokens.Name, EmbedOutputKind.Tokens);
    }

    /// <summary>Columns of the logits.</summary>
    /// <exception cref="PJobException">Model: the graph has no logits, or other labels than config.json.</exception>
    public static int Labels(ModelFolder model, ModelSource source)
    {
        var logits = source.Outputs.FirstOrDefault(o => o.Name == Logits) ?? throw Refuse(source, $"task classify needs {Logits}");
        var labels = logits.Dimensions is [_, > 0 and var fixedLabels] ? (int)fixedLabels : model.Labels.Count;
        return labels == model.Labels.Count
            ? labels
            : throw Refuse(source, $"{Logits} has {labels} columns, but config.json names {model.Labels.Count} labels");
    }

    /// <exception cref="PJobException">Model: the graph has no start and end logits.</exception>
    public static void RequireSpans(ModelSource source)
    {
        if (!source.Outputs.Any(o => o.Name == StartLogits) || !source.Outputs.Any(o => o.Name == EndLogits))
        {
            throw Refuse(source, $"task answer needs {StartLogits} and {EndLogits}");
        }
    }

    static EmbedOutput ForSentence(ModelFolder model, ModelSource source, bool asksPooling, bool leavesOutPrompt)
    {
        var route = model.Route!;
        if (route.IsPooled && source.Outputs.Any(o => o.Name == Pooler))
        {
            return new EmbedOutput(Pooler, EmbedOutputKind.Pooled);
        }

        if (source.Outputs.FirstOrDefault(o => o.Name == Sentence) is not { } pooled)
        {
            throw Refuse(
                source,
                route.IsPooled
                    ? $"task embed needs {Pooler} or {Sentence}"
                    : $"task embed needs last_hidden_state, token_embeddings or {Sentence}"
            );
        }

        if (asksPooling || leavesOutPrompt)
        {
            throw new PJobException($"{source.Path} pools inside the graph: another pooling cannot be asked of it", ExitCode.Model);
        }

        return pooled.Dimensions is [_, > 0 and var width] && width != route.Width
            ? throw new PJobException(
                $"{source.Path}: {pooled.Name} is {width} wide, but the folder's files say {route.Width}",
                ExitCode.Model
            )
            : new EmbedOutput(pooled.Name, EmbedOutputKind.Sentence);
    }

    /// <summary>An exception that names the file and its outputs.</summary>
    static PJobException Refuse(ModelSource source, string why) =>
        new($"{source.Path}: {why}; the graph's outputs are {string.Join(", ", source.Outputs.Select(o => o.Name))}", ExitCode.Model);
}
