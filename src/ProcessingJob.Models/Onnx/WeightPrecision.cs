namespace ProcessingJob.Models.Onnx;

/// <summary>Numbers an ONNX file computes with, judged by its weights.</summary>
public enum WeightPrecision
{
    Float32,
    Float16,

    /// <summary>int8 or smaller.</summary>
    Quantized,
}
