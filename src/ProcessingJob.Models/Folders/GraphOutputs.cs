using ProcessingJob.Contract;
using ProcessingJob.Models.Families;
using ProcessingJob.Models.Modules;
using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>Which outputs of a graph a task reads; the same before a job starts and in its workers.</summary>
public static class GraphOutputs
{
    /// <summary>Scores of labels or of the vocabulary, never an embedding.</summary>
    const string Logits = "logits";
    const string StartLogits = "start_logits";
    const string EndLogits = "end_logits";
    const string Sentence = "sentence_embedding";
    const string Projected = "text_embeds";
    const string Pooler = "pooler_output";

    static readonly string[] TokenOutputs = ["last_hidden_state", "token_embeddings", "hidden_states"];

    /// <summary>Operators that make probabilities of logits.</summary>
    static readonly string[] Probabilities = ["Softmax", "LogSoftmax", "Sigmoid"];

    /// <summary>Whether a folder without modules.json has a graph that pools itself: then nothing is guessed.</summary>
    public static bool PoolsInside(ModelFolder model, ModelSource source) =>
        model.Sentence is { HasModules: false }
        && (model.Outputs.Count > 0 ? Asked(model, source)?.Dimensions.Length != 3 : PooledIn(source) is not null);

    /// <param name="model">The folder.</param>
    /// <param name="source">Its graph.</param>
    /// <param name="asksPooling">Whether the job asks for a pooling of its own.</param>
    /// <param name="leavesOutPrompt">Whether a prompt's tokens are to be left out of the pooling.</param>
    /// <param name="shapeOf">Learns the dimensions of an output by running the graph; null: what the graph does not state is taken to
    /// fit.</param>
    /// <exception cref="PJobException">
    /// Model: the graph has neither tokens nor embeddings, or not those that the folder needs. BadSpec: compute.outputs names several.
    /// </exception>
    public static EmbedOutput ForEmbed(
        ModelFolder model,
        ModelSource source,
        bool asksPooling,
        bool leavesOutPrompt,
        Func<GraphValue, long[]>? shapeOf = null
    )
    {
        var route = model.Route!;
        if (Asked(model, source) is { } named)
        {
            var asked = Seen(named);
            return asked.Dimensions.Length switch
            {
                2 => OfSentence(asked),
                3 when !route.IsPooled => OfTokens(model, source, asked),
                not 2 and not 3 when shapeOf is null => OfSentence(asked),
                _ => throw Refuse(source, $"compute.outputs: {asked.Name} is no embedding of the texts or, to be pooled, of their tokens"),
            };
        }

        if (route.IsPooled || (!asksPooling && PoolsInside(model, source)))
        {
            return ForSentence();
        }

        if (route.HiddenStates.Count > 0)
        {
            return source.Outputs.Any(o => o.Name == EncoderGraph.WeightedHiddenStates)
                ? new EmbedOutput(EncoderGraph.WeightedHiddenStates, EmbedOutputKind.Tokens, route.EncoderWidth)
                : throw Refuse(source, "the modules ask for inner hidden states; fix: run the folder's safetensors");
        }

        return TokensIn(source) is { } tokens ? OfTokens(model, source, tokens) : ForSentence();

        EmbedOutput ForSentence() =>
            route.IsPooled && source.Outputs.Any(o => o.Name == Pooler)
                ? new EmbedOutput(Pooler, EmbedOutputKind.Pooled, route.EncoderWidth)
            : PooledIn(source) is { } pooled ? OfSentence(Seen(pooled))
            : throw Refuse(
                source,
                (
                    route.IsPooled
                        ? $"task embed needs {Pooler} or {Sentence}"
                        : $"task embed needs last_hidden_state, token_embeddings or {Sentence}"
                ) + ", or compute.outputs with its name"
            );

        GraphValue Seen(GraphValue output) => shapeOf is null ? output : output with { Dimensions = shapeOf(output) };

        EmbedOutput OfSentence(GraphValue pooled) =>
            asksPooling || leavesOutPrompt
                ? throw new PJobException($"{source.Path} pools inside the graph: another pooling cannot be asked of it", ExitCode.Model)
                : new EmbedOutput(pooled.Name, EmbedOutputKind.Sentence, WidthOf(model, source, pooled));
    }

    /// <summary>The logits of a text's labels, or of its score: their name and columns.</summary>
    /// <exception cref="PJobException">Model: the graph has no logits, or other labels than config.json.</exception>
    public static (string Name, int Labels) Labels(ModelFolder model, ModelSource source)
    {
        var logits =
            Asked(model, source)
            ?? source.Outputs.FirstOrDefault(o => o.Name == Logits)
            ?? (source.Outputs is [{ Dimensions: [_, _] } only] ? only : null)
            ?? throw Refuse(source, $"task {Names.Of(model.Task)} needs {Logits}, or compute.outputs with their name");
        RefuseProbabilities(source, logits);
        return (logits.Name, RequireLabels(model, source, logits, model.Work is ScoreRoute { Score: not null } ? 1 : model.Labels.Count));
    }

    /// <summary>The logits of every token's labels: their name and columns.</summary>
    /// <exception cref="PJobException">Model: the graph has no such logits, or other labels than config.json.</exception>
    public static (string Name, int Labels) TokenLabels(ModelFolder model, ModelSource source)
    {
        var logits =
            Asked(model, source)
            ?? source.Outputs.FirstOrDefault(o => o.Name == Logits)
            ?? (source.Outputs is [{ Dimensions: [_, _, _] } only] ? only : null)
            ?? throw Refuse(source, $"task {Names.Of(model.Task)} needs {Logits}, or compute.outputs with their name");
        if (logits.Dimensions.Length is not (0 or 3))
        {
            throw Refuse(source, $"{logits.Name} has {logits.Dimensions.Length} dimensions, expected [batch, tokens, labels]");
        }

        RefuseProbabilities(source, logits);
        return (logits.Name, RequireLabels(model, source, logits, model.Labels.Count));
    }

    /// <summary>The token embeddings.</summary>
    /// <exception cref="PJobException">Model: the graph has none, or of another width than config.json says.</exception>
    public static EmbedOutput Tokens(ModelFolder model, ModelSource source) =>
        (Asked(model, source) ?? TokensIn(source)) is { } tokens && tokens.Dimensions.Length is 0 or 3
            ? OfTokens(model, source, tokens)
            : throw Refuse(
                source,
                $"task {Names.Of(model.Task)} needs last_hidden_state or token_embeddings, or compute.outputs with their name"
            );

    /// <summary>
    /// The weights of the vocabulary [batch, vocabulary], or the logits of every token [batch, tokens, vocabulary], which are pooled behind
    /// the graph.
    /// </summary>
    /// <exception cref="PJobException">Model: the graph has neither, or another vocabulary than config.json.</exception>
    public static (string Name, bool IsPooled) Sparse(ModelFolder model, ModelSource source)
    {
        var output =
            Asked(model, source)
            ?? source.Outputs.FirstOrDefault(o => o.Name == EncoderGraph.SparseEmbedding)
            ?? source.Outputs.FirstOrDefault(o => o.Name == Logits)
            ?? throw Refuse(source, $"task sparse needs {Logits} or {EncoderGraph.SparseEmbedding}, or compute.outputs with their name");
        if (output.Dimensions.Length is not (2 or 3))
        {
            throw Refuse(source, $"{output.Name} has {output.Dimensions.Length} dimensions, expected [batch, tokens, vocabulary]");
        }

        if (output.Dimensions[^1] is > 0 and var width && width != model.VocabularySize)
        {
            throw Refuse(source, $"{output.Name} is {width} wide, but config.json names {model.VocabularySize} vocabulary entries");
        }

        return (output.Name, output.Dimensions.Length == 2);
    }

    /// <summary>Looks for the output that a ranking is by.</summary>
    /// <exception cref="PJobException">Model: the graph has none.</exception>
    public static void RequireScore(ModelFolder model, ModelSource source)
    {
        if (model.Route is null)
        {
            _ = Labels(model, source);
        }
        else
        {
            _ = ForEmbed(model, source, asksPooling: false, leavesOutPrompt: false);
        }
    }

    /// <summary>The names of start and end logits.</summary>
    /// <exception cref="PJobException">Model: the graph has none. BadSpec: compute.outputs does not name two.</exception>
    public static (string Start, string End) Spans(ModelFolder model, ModelSource source)
    {
        if (model.Outputs is [var start, var end])
        {
            return (start, end);
        }

        if (model.Outputs.Count > 0)
        {
            throw new PJobException("compute.outputs: task answer reads two outputs, start and end logits in this order", ExitCode.BadSpec);
        }

        return source.Outputs.Any(o => o.Name == StartLogits) && source.Outputs.Any(o => o.Name == EndLogits)
            ? (StartLogits, EndLogits)
            : throw Refuse(source, $"task answer needs {StartLogits} and {EndLogits}, or compute.outputs with their names");
    }

    static void RefuseProbabilities(ModelSource source, GraphValue logits)
    {
        if (source is OnnxSource onnx && Probabilities.Contains(onnx.Summary.OutputOperators[logits.Name]))
        {
            throw Refuse(
                source,
                $"{logits.Name} comes out of {onnx.Summary.OutputOperators[logits.Name]}: it is no logits, and another activation "
                    + "on it would be wrong; fix: export the model without it"
            );
        }
    }

    static int RequireLabels(ModelFolder model, ModelSource source, GraphValue logits, int expected)
    {
        var labels = logits.Dimensions is [.., > 0 and var found] ? (int)found : expected;
        return labels == expected
            ? labels
            : throw Refuse(source, $"{logits.Name} has {labels} columns, but config.json names {expected} labels");
    }

    static EmbedOutput OfTokens(ModelFolder model, ModelSource source, GraphValue tokens) =>
        tokens.Dimensions is [_, _, > 0 and var size] && size != model.HiddenSize
            ? throw new PJobException(
                $"{source.Path}: {tokens.Name} is {size} wide, but config.json says {model.HiddenSize}",
                ExitCode.Model
            )
            : new EmbedOutput(tokens.Name, EmbedOutputKind.Tokens, model.HiddenSize);

    static int? WidthOf(ModelFolder model, ModelSource source, GraphValue pooled)
    {
        var expected = model.Route!.Width;
        if (pooled.Dimensions is not [.., > 0 and var width])
        {
            return null;
        }

        // A projection has a width of its own. The modules of a folder that lists them, and a graph's only output, say the folder's.
        var isProjection =
            !model.Sentence!.HasModules
            && (
                pooled.Name != Sentence
                || model.Outputs.Count > 0
                || (TokensIn(source)?.Dimensions is [_, _, var hidden] && hidden == model.HiddenSize)
            );
        return width == expected || isProjection
            ? (int)width
            : throw new PJobException(
                $"{source.Path}: {pooled.Name} is {width} wide, but the folder's files say {expected}; fix: where that is meant, "
                    + "name it as compute.outputs",
                ExitCode.Model
            );
    }

    /// <summary>By name, or the one output of their shape that is no logits.</summary>
    static GraphValue? TokensIn(ModelSource source) =>
        source.Outputs.FirstOrDefault(o => TokenOutputs.Contains(o.Name))
        ?? source.Outputs.FirstOrDefault(o => o.Dimensions.Length == 3 && o.Name != Logits);

    /// <summary>By name, or the only output where it is one vector a text of an unusual name.</summary>
    static GraphValue? PooledIn(ModelSource source) =>
        source.Outputs.FirstOrDefault(o => o.Name is Sentence or Projected)
        ?? (source.Outputs is [{ Dimensions: [_, _], Name: not (Pooler or Logits) } only] ? only : null);

    /// <summary>The one output that compute.outputs asks for; null where it asks for none.</summary>
    static GraphValue? Asked(ModelFolder model, ModelSource source) =>
        model.Outputs.Count > 1
            ? throw new PJobException(
                $"compute.outputs: task {Names.Of(model.Task)} reads one output, found {string.Join(", ", model.Outputs)}",
                ExitCode.BadSpec
            )
            : source.Outputs.FirstOrDefault(o => model.Outputs.Contains(o.Name));

    /// <summary>An exception that names the file and its outputs.</summary>
    static PJobException Refuse(ModelSource source, string why) =>
        new($"{source.Path}: {why}; the graph's outputs are {string.Join(", ", source.Outputs.Select(o => o.Name))}", ExitCode.Model);
}
