using ProcessingJob.Tokenization.Models;
using ProcessingJob.Tokenization.Pipeline;

namespace ProcessingJob.Tokenization.Fast;

enum FastOutcome
{
    /// <summary>The segment was read to its end.</summary>
    Whole,

    /// <summary>There are as many tokens as were needed, and more text.</summary>
    Enough,

    /// <summary>This segment needs the exact pipeline; what was appended is void.</summary>
    Refused,
}

/// <summary>
/// A family's shortcut: cuts a text at places that the pipeline cannot see across, looks each chunk up in a cache, and runs the exact
/// pipeline for chunks it has not seen. Ids and offsets are the pipeline's own.
/// </summary>
abstract class FastPath
{
    /// <summary>Appends the tokens of the text from <paramref name="start"/> to its end.</summary>
    public abstract FastOutcome Run(ReadOnlySpan<char> text, int start, int need, TokenList into, Workspace work, ModelScratch scratch);

    /// <summary>The shortcut for a pipeline, or null where none is known to be exact.</summary>
    public static FastPath? For(TextPipeline pipeline, bool withOffsets) => null;
}
