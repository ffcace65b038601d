namespace ProcessingJob.Models.Graphs;

/// <summary>An input or output of a graph.</summary>
/// <param name="Dimensions">Names (<c>batch</c>, <c>sequence</c>) or numbers.</param>
public sealed record GraphPort(string Name, ElementType Type, IReadOnlyList<string> Dimensions);
