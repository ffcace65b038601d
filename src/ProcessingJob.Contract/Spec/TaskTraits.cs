using ProcessingJob.Contract.Columns;

namespace ProcessingJob.Contract.Spec;

/// <summary>What a model gives a task.</summary>
public enum TaskOutput
{
    /// <summary>Nothing: the task runs no model.</summary>
    None,

    /// <summary>A vector per encoding.</summary>
    Vector,

    /// <summary>A logit per label.</summary>
    Labels,

    /// <summary>Start and end logits of every token.</summary>
    Spans,

    /// <summary>A logit per label of every token.</summary>
    TokenLabels,

    /// <summary>A weight per vocabulary entry, most of them zero.</summary>
    SparseVector,

    /// <summary>A vector per token.</summary>
    TokenVectors,
}

/// <summary>What the whole house needs to know of one task; <see cref="TaskTable"/> lists them.</summary>
public sealed record TaskTraits
{
    public required TaskKind Kind { get; init; }

    public required TaskOutput Output { get; init; }

    /// <summary>Keys below <c>input</c> that name its text columns.</summary>
    public required IReadOnlyList<string> InputKeys { get; init; }

    /// <summary>Whether <c>input.text_pair</c> may name a second text.</summary>
    public bool TakesPairs { get; init; }

    /// <summary>Whether <c>embed.role</c> says what the texts are in a search.</summary>
    public bool HasRoles { get; init; }

    /// <summary>Whether a long text is read in windows that give one row, unless <c>tokens.overflow</c> is reject.</summary>
    public bool JoinsWindows { get; init; }

    /// <summary>Keys of job.yaml that only this task heeds; their defaults stand in its record of <see cref="JobSpec"/>.</summary>
    public required IReadOnlyList<SpecKey> Keys { get; init; }

    /// <summary>
    /// The columns that every part has between the kept ones and token_count. Tokenize adds token_type_ids where the model has them.
    /// </summary>
    public required Func<JobSpec, IReadOnlyList<OutputColumn>> Columns { get; init; }

    /// <summary>Names of further columns that depend on the model.</summary>
    public IReadOnlyList<string> MoreColumns { get; init; } = [];

    /// <summary>Broken rules between keys: found, expected, one line each.</summary>
    public required Func<JobSpec, IEnumerable<string>> Check { get; init; }

    /// <summary>Whether the task runs a model; without one the folder's tokenizer is enough.</summary>
    public bool RunsModel => Output != TaskOutput.None;
}
