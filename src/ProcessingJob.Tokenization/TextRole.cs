namespace ProcessingJob.Tokenization;

/// <summary>Which side of a search a text is on, for models that treat the sides differently (encode, encode_query, encode_document).</summary>
public enum TextRole
{
    None,
    Query,
    Document,
}
