using ProcessingJob.Contract.Output;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Models.Modules;

/// <summary>An output of a graph: its name and its dimensions, -1 where any size will do.</summary>
public sealed record RouteOutput(string Name, params long[] Dimensions);

/// <summary>What a task makes of a folder: what runs between a text's tokens and its result. Immutable.</summary>
public abstract record TaskRoute
{
    /// <summary>A transformer, or a table of tokens; null: the graph in the folder, of which no module says anything.</summary>
    public virtual SentenceModule? Module => null;

    /// <summary>What a graph over safetensors must put out.</summary>
    public abstract GraphOptions GraphOptions { get; }

    /// <summary>The outputs of such a graph.</summary>
    /// <param name="hidden">Width of a token embedding.</param>
    /// <param name="labels">Labels of the folder's classifier.</param>
    /// <param name="vocabulary">Entries of the vocabulary.</param>
    internal abstract IReadOnlyList<RouteOutput> GraphOutputs(int hidden, int labels, int vocabulary);

    /// <summary>Outputs of which a graph must have one; null: of any name.</summary>
    internal virtual IReadOnlyList<string>? OutputNames => null;

    /// <summary>What should be known before its results are trusted.</summary>
    public IReadOnlyList<JobWarning> Warnings { get; init; } = [];
}

/// <summary>A head of transformers: the graph's own outputs are the task's.</summary>
public sealed record HeadRoute : TaskRoute
{
    readonly IReadOnlyList<RouteOutput>? _outputs;

    HeadRoute(GraphHead head, params RouteOutput[] outputs) =>
        (GraphOptions, _outputs) = (new GraphOptions { Head = head }, outputs.Length > 0 ? outputs : null);

    /// <summary>A start and an end logit for every token.</summary>
    public static HeadRoute Answers { get; } =
        new(GraphHead.QuestionAnswering, new RouteOutput("start_logits", -1, -1), new RouteOutput("end_logits", -1, -1));

    /// <summary>A logit per label for every token.</summary>
    public static HeadRoute Tokens { get; } = new(GraphHead.TokenClassification);

    public override GraphOptions GraphOptions { get; }

    internal override IReadOnlyList<RouteOutput> GraphOutputs(int hidden, int labels, int vocabulary) =>
        _outputs ?? [new RouteOutput("logits", -1, -1, labels)];
}
