namespace ProcessingJob.Worker.Observability;

/// <summary>Whose numbers they are.</summary>
/// <param name="Name">job.yaml's name: the same for every run of a recurring job.</param>
/// <param name="Job">This run's name at SageMaker; null elsewhere.</param>
/// <param name="Task">As job.yaml writes it.</param>
/// <param name="Host">E.g. algo-1.</param>
sealed record RunLabels(string Name, string? Job, string Task, string Host);
