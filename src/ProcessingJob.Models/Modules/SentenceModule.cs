namespace ProcessingJob.Models.Modules;

/// <summary>A module of a sentence-transformers folder, as its own files describe it.</summary>
public abstract record SentenceModule
{
    /// <summary>The class's name without its package, e.g. <c>Pooling</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, in a few words, for <c>pjob model inspect</c>.</summary>
    public abstract string Summary { get; }
}
