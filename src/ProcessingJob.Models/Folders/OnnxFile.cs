using ProcessingJob.Models.Onnx;

namespace ProcessingJob.Models.Folders;

/// <summary>One ONNX file of a model folder.</summary>
/// <param name="Name">Relative to the folder, '/'-separated.</param>
/// <param name="Precision">Of its weights.</param>
/// <param name="Optimized">True when an optimiser has already put fused operators into it (model_O1…O4).</param>
/// <param name="Bytes">Size including external data.</param>
public sealed record OnnxFile(string Name, WeightPrecision Precision, bool Optimized, long Bytes);
