namespace ProcessingJob.Models.Folders;

/// <summary>What a graph gives to task embed.</summary>
public enum EmbedOutputKind
{
    /// <summary>[batch, tokens, width]: pooled outside the graph.</summary>
    Tokens,

    /// <summary>[batch, width], of the encoder's own pooler: the modules after it are applied outside.</summary>
    Pooled,

    /// <summary>[batch, width], of all the folder's modules.</summary>
    Sentence,
}

/// <summary>The output that task embed reads.</summary>
/// <param name="Name">In the graph.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Width">Floats of a token or of a text; null: only a run of the graph tells.</param>
public sealed record EmbedOutput(string Name, EmbedOutputKind Kind, int? Width);
