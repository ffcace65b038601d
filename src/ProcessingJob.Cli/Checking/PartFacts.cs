namespace ProcessingJob.Cli.Checking;

/// <summary>What a part file turned out to hold when it was read again.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Names of its columns; null when the format does not tell them (npy, jsonl).</param>
/// <param name="Schema">Columns with their types: equal texts for all parts of an output.</param>
/// <param name="Faults">Anything else that is wrong.</param>
sealed record PartFacts(long Rows, IReadOnlySet<string>? Columns, string Schema, IReadOnlyList<string> Faults);
