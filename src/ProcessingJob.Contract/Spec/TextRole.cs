namespace ProcessingJob.Contract;

/// <summary>What a text is in a search: it chooses prompts and routes of a model folder, as encode_query and encode_document do.</summary>
public enum TextRole
{
    None,
    Query,
    Document,
}
