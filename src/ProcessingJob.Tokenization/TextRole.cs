namespace ProcessingJob.Tokenization;

/// <summary>Which side of a search a text is on: what encode, encode_query and encode_document of sentence-transformers are for.</summary>
public enum TextRole
{
    None,
    Query,
    Document,
}
