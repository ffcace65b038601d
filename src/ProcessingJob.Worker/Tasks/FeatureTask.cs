using ProcessingJob.Contract;
using ProcessingJob.Data;
using ProcessingJob.Models.Folders;
using ProcessingJob.Tokenization;

namespace ProcessingJob.Worker;

/// <summary>
/// What one task adds to the common path: which texts of a row are encoded, and which columns its results become. A new task is a
/// class like <see cref="EmbedTask"/> and a line in <see cref="FeatureTasks"/>. Immutable; encode and write are called from several threads.
/// </summary>
abstract class FeatureTask(JobSpec spec)
{
    protected JobSpec Spec { get; } = spec;

    /// <summary>The task's own columns, between the kept ones and token_count.</summary>
    public abstract IReadOnlyList<OutputColumn> Columns { get; }

    public abstract EncodeOptions Encoding { get; }

    /// <summary>Code points of the prompt before every text: written offsets count from the text itself.</summary>
    public int PromptLength { get; set; }

    /// <summary>Output rows are made of all windows of a text together instead of one per window.</summary>
    public virtual bool JoinsWindows => false;

    /// <summary>Texts encoded per input row; more than one where fixed questions are crossed with contexts.</summary>
    public virtual int CallsPerRow => 1;

    /// <summary>How many rows of ordinary size a row is worth, at least 1: more where fixed texts come with every row.</summary>
    public virtual int RowWeight => 1;

    /// <summary>Encodes one input row: exactly <see cref="CallsPerRow"/> calls of the encoder.</summary>
    public abstract void Encode(RowBlock rows, int row, RowEncoder encoder, EncodingBuffer into);

    /// <summary>Says that one text of a pair leaves no room for the other.</summary>
    public virtual string NoRoom =>
        $"the text that tokens.truncation {Names.Of(Spec.Tokens.Truncation)} keeps whole leaves no room for the other one in {Encoding.MaxLength} tokens";

    /// <summary>Fills the task's columns with one output row.</summary>
    /// <param name="window">The window with its results.</param>
    /// <param name="call">Which call of <see cref="Encode"/> (row of the encoding buffer).</param>
    /// <param name="first">First encoding of the output row.</param>
    /// <param name="count">Its encodings: 1, or all of the call where <see cref="JoinsWindows"/>.</param>
    /// <param name="into">Has the columns of <see cref="Columns"/>.</param>
    public abstract void Write(WindowItem window, int call, int first, int count, ColumnBlock into);

    protected EncodeOptions TextEncoding(int maxLength) =>
        new()
        {
            MaxLength = maxLength,
            Window = Spec.Tokens.Overflow == Overflow.Window,
            Stride = Spec.Tokens.Overflow == Overflow.Window ? Spec.Tokens.Stride : 0,
            WithOffsets = Spec.Tokens.Overflow == Overflow.Window,
            // Written positions count code points, as Python's strings and Hugging Face's offsets do.
            CodePointOffsets = true,
            Truncation = Spec.Tokens.Truncation switch
            {
                TruncationSide.OnlyFirst => Truncation.OnlyFirst,
                TruncationSide.OnlySecond => Truncation.OnlySecond,
                _ => Truncation.LongestFirst,
            },
        };
}

/// <summary>The table of tasks.</summary>
static class FeatureTasks
{
    /// <param name="spec">The job.</param>
    /// <param name="model">Null for tokenize.</param>
    /// <param name="maxLength">Tokens of an encoding.</param>
    /// <param name="paths">For files that come with the job.</param>
    public static FeatureTask Create(JobSpec spec, ModelFolder? model, Tokenizer tokenizer, int maxLength, ContainerPaths paths) =>
        spec.Task switch
        {
            TaskKind.Embed => new EmbedTask(spec, model!, maxLength, paths),
            TaskKind.Tokenize => new TokenizeTask(spec, tokenizer, maxLength),
            TaskKind.Classify => new ClassifyTask(spec, model!, maxLength),
            TaskKind.Answer => new AnswerTask(spec, tokenizer, maxLength, paths),
            var other => throw new ArgumentOutOfRangeException(nameof(spec), other, "unknown task"),
        };
}
