namespace ProcessingJob.Models.Modules;

/// <summary>The class of sentence-transformers that a folder is for, which says what its result is.</summary>
public enum FolderKind
{
    /// <summary>One vector a text: task embed.</summary>
    SentenceTransformer,

    /// <summary>Scores of a text or a pair: tasks classify and rerank.</summary>
    CrossEncoder,

    /// <summary>Weights of vocabulary entries: task sparse.</summary>
    SparseEncoder,

    /// <summary>A vector a token: task multivector.</summary>
    MultiVectorEncoder,
}
