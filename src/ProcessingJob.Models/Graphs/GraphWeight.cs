namespace ProcessingJob.Models.Graphs;

/// <summary>
/// An initializer that the model names, but does not hold. <paramref name="Address"/> points at its elements, little-endian and row-major,
/// in a mapped file or in memory of the graph: valid until the <see cref="BuiltGraph"/> is disposed, and to be read only.
/// </summary>
/// <param name="Name">Of the initializer in the model.</param>
/// <param name="Bytes">Length of the elements.</param>
/// <param name="IsMapped">True where the elements lie in the checkpoint's own file, uncopied.</param>
public sealed record GraphWeight(string Name, ElementType Type, IReadOnlyList<long> Dimensions, nint Address, long Bytes, bool IsMapped);
