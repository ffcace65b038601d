namespace ProcessingJob.Contract.Output;

/// <summary>Something that should be known before the results are trusted. Each is said once, and <c>--strict</c> refuses it.</summary>
/// <param name="Code">Stable, lower case with underscores, such as <c>pooling_guessed</c>.</param>
/// <param name="Message">One sentence without a period: what was found, and where it helps what to do.</param>
public sealed record JobWarning(string Code, string Message)
{
    public override string ToString() => $"{Message} ({Code})";
}
