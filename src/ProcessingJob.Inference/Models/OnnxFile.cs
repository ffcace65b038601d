namespace ProcessingJob.Inference;

/// <summary>Numbers an ONNX file computes with, judged by its name and checked against its weights.</summary>
public enum WeightPrecision
{
    Float32,
    Float16,
    Int8,
}

/// <summary>One ONNX file of a model folder.</summary>
/// <param name="Name">Relative to the folder, '/'-separated.</param>
/// <param name="Precision">Of its weights.</param>
/// <param name="Optimized">True for a file that an optimiser has already rewritten (model_O1…O4, *_optimized).</param>
/// <param name="Bytes">Size including external data.</param>
public sealed record OnnxFile(string Name, WeightPrecision Precision, bool Optimized, long Bytes);
