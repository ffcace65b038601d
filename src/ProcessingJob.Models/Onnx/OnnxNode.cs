namespace ProcessingJob.Models.Onnx;

/// <summary>A node as far as a reader looks at it.</summary>
/// <param name="Name">May be empty.</param>
/// <param name="Operation">E.g. <c>MatMul</c>.</param>
/// <param name="Domain">Empty for ONNX's own operators.</param>
/// <param name="Inputs">Names; empty for an optional one that is not given.</param>
/// <param name="Outputs">Names.</param>
/// <param name="ElementType">Of a Constant's value, or what a Cast casts to; 0 for other nodes, and where no attribute is read.</param>
public sealed record OnnxNode(
    string Name,
    string Operation,
    string Domain,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    int ElementType
);
