namespace ProcessingJob.Models.Modules;

/// <summary>Something about a model folder that a user should know before trusting its vectors.</summary>
/// <param name="Code">Stable, e.g. <c>pooling_guessed</c>.</param>
/// <param name="Text">One sentence without a period.</param>
public sealed record FolderWarning(string Code, string Text)
{
    public const string PoolingGuessed = "pooling_guessed";
}
