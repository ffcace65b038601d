using ProcessingJob.Contract;
using ProcessingJob.Contract.Columns;
using ProcessingJob.Contract.Container;
using ProcessingJob.Contract.Spec;
using ProcessingJob.Data.Columns;
using ProcessingJob.Data.Reading;
using ProcessingJob.Inference.Engine;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker.Tasks;

/// <summary>
/// What one task adds to the common path: which texts of a row are encoded, and which columns its results become. A new task is a
/// class like <see cref="EmbedTask"/> and a line in <see cref="FeatureTasks"/>. Every lane has its own, which is used by one thread at a
/// time.
/// </summary>
abstract class FeatureTask(TaskParts parts)
{
    readonly int _maxLength = parts.MaxLength;

    protected JobSpec Spec { get; } = parts.Spec;

    /// <summary>The task's own columns, between the kept ones and token_count.</summary>
    public virtual IReadOnlyList<OutputColumn> Columns { get; } = TaskTable.Of(parts.Spec.Task).Columns(parts.Spec);

    public abstract EncodeOptions Encoding { get; }

    /// <summary>Code points of the prompt before every text: written offsets count from the text itself.</summary>
    public int PromptLength { get; } = parts.Prompt.EnumerateRunes().Count();

    /// <summary>Output rows are made of all windows of a text together instead of one per window.</summary>
    public bool JoinsWindows { get; } = TaskTable.Of(parts.Spec.Task).JoinsWindows;

    /// <summary>Whether an encoding of one call belongs to the same output row as one of the same or a later call.</summary>
    public virtual bool Joins(int call, int later) => JoinsWindows && call == later;

    /// <summary>Name of what turns logits into scores; null where the task has no such choice.</summary>
    public virtual string? Activation => null;

    /// <summary>Two texts share an encoding, and one may leave no room for the other.</summary>
    public virtual bool EncodesPairs => Spec.Input.TextPair is not null;

    /// <summary>Texts encoded per input row; more than one where fixed questions are crossed with contexts.</summary>
    public virtual int CallsPerRow => 1;

    /// <summary>Encodes one input row: exactly <see cref="CallsPerRow"/> calls of the encoder.</summary>
    public abstract void Encode(RowBlock rows, int row, TextEncoder encoder, EncodingBuffer into);

    /// <summary>Says that one text of a pair leaves no room for the other.</summary>
    public virtual string NoRoom =>
        $"the text that tokens.truncation {Names.Of(Spec.Tokens.Truncation)} keeps whole leaves no room for the other one in "
        + $"{Encoding.MaxLength} tokens";

    /// <summary>Fills the task's columns with one output row.</summary>
    /// <param name="rows">The rows that were encoded.</param>
    /// <param name="encodings">Their encodings.</param>
    /// <param name="results">One per encoding; null for a task that runs no model.</param>
    /// <param name="call">Which call of <see cref="Encode"/> (row of the encoding buffer).</param>
    /// <param name="first">First encoding of the output row.</param>
    /// <param name="count">Its encodings: 1, or all that <see cref="Joins"/> puts together.</param>
    /// <param name="into">Has the columns of <see cref="Columns"/>.</param>
    public abstract void Write(
        RowBlock rows,
        EncodingBuffer encodings,
        BlockResult? results,
        int call,
        int first,
        int count,
        ColumnBlock into
    );

    /// <summary>Encodes the row's text, or its pair of texts.</summary>
    protected void EncodeTexts(RowBlock rows, int row, TextEncoder encoder, EncodingBuffer into)
    {
        if (Spec.Input.TextPair is null)
        {
            encoder.Encode(rows.Text(row), into);
        }
        else
        {
            encoder.Encode(rows.Text(row), rows.Text(row, 1), into);
        }
    }

    protected EncodeOptions TextEncoding() =>
        new()
        {
            MaxLength = _maxLength,
            Window = Spec.Tokens.Overflow == Overflow.Window,
            Stride = Spec.Tokens.Overflow == Overflow.Window ? Spec.Tokens.Stride : 0,
            WithOffsets = Spec.Tokens.Overflow == Overflow.Window,
            // Written positions count code points, as Python's strings and Hugging Face's offsets do.
            CodePointOffsets = true,
            Truncation = Spec.Tokens.Truncation switch
            {
                TruncationSide.OnlyFirst => Truncation.OnlyFirst,
                TruncationSide.OnlySecond => Truncation.OnlySecond,
                TruncationSide.LongestFirst => Truncation.LongestFirst,
            },
        };
}

/// <summary>What a task is made of.</summary>
/// <param name="Spec">The job.</param>
/// <param name="Model">Null for a task that runs no model.</param>
/// <param name="Tokenizer">The folder's.</param>
/// <param name="MaxLength">Tokens of an encoding.</param>
/// <param name="Prompt">Stands before every text.</param>
/// <param name="Paths">For files that come with the job.</param>
sealed record TaskParts(JobSpec Spec, ModelFolder? Model, Tokenizer Tokenizer, int MaxLength, string Prompt, ContainerPaths Paths);

/// <summary>The table of tasks: a new one is a line here and a class like <see cref="EmbedTask"/>.</summary>
static class FeatureTasks
{
    static readonly Dictionary<TaskKind, Func<TaskParts, FeatureTask>> Table = new()
    {
        [TaskKind.Embed] = parts => new EmbedTask(parts),
        [TaskKind.Sparse] = parts => new SparseTask(parts),
        [TaskKind.Multivector] = parts => new MultivectorTask(parts),
        [TaskKind.Classify] = parts => parts.Spec.Classify.Candidates.Count > 0 ? new ZeroShotTask(parts) : new ClassifyTask(parts),
        [TaskKind.Tag] = parts => new TagTask(parts),
        [TaskKind.Rerank] = parts => new RerankTask(parts),
        [TaskKind.Answer] = parts => new AnswerTask(parts),
        [TaskKind.Tokenize] = parts => new TokenizeTask(parts),
    };

    public static FeatureTask Create(TaskParts parts) => Table[parts.Spec.Task](parts);
}
