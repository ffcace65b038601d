namespace ProcessingJob.Contract.Spec;

/// <summary>
/// What a text is in a search: it chooses prompts, lengths and routes of a model folder, as encode (None), encode_query and
/// encode_document do.
/// </summary>
public enum TextRole
{
    None,
    Query,
    Document,
}
