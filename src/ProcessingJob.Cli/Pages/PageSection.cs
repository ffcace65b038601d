namespace ProcessingJob.Cli.Pages;

/// <summary>A part of a page.</summary>
/// <param name="Heading">Plain text.</param>
/// <param name="Note">Plain text below the heading; may be empty.</param>
/// <param name="Body">HTML.</param>
sealed record PageSection(string Heading, string Note, string Body);
