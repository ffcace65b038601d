namespace ProcessingJob.Models.Graphs;

/// <summary>A tensor that flows in the graph.</summary>
/// <param name="Width">Length of the last axis, which weights are checked against; 0 where it depends on the batch.</param>
/// <param name="Rank">3 for tokens [b, s, width], 2 for texts [b, width].</param>
sealed record Value(string Name, int Width, int Rank, ElementType Type);
