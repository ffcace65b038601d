namespace ProcessingJob.Storage;

/// <summary>How far a step is that may take long.</summary>
/// <param name="What">What is done, as in "listing input.data".</param>
/// <param name="Done">Things that are done.</param>
/// <param name="Total">Of how many; null: not known.</param>
/// <param name="Things">What they are, as in "objects".</param>
public readonly record struct StepProgress(string What, long Done, long? Total, string Things);
