using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>An ONNX file and what was read of it.</summary>
/// <param name="File">Name, precision and size.</param>
/// <param name="Path">Full path.</param>
/// <param name="Summary">Inputs, outputs and weights of its graph.</param>
/// <param name="External">Full paths of its external data.</param>
public sealed record OnnxCandidate(OnnxFile File, string Path, OnnxSummary Summary, IReadOnlyList<string> External);
