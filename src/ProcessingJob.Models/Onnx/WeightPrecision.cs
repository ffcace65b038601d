using ProcessingJob.Contract;

namespace ProcessingJob.Models.Onnx;

/// <summary>Numbers a graph computes with, read from its operators.</summary>
public enum WeightPrecision
{
    Float32,
    Float16,
    Bfloat16,

    /// <summary>Weights of 8 bits or less that are widened before or inside a product of floats.</summary>
    WeightOnly,

    /// <summary>Products of integers; the scales of the activations were fixed by a calibration.</summary>
    QuantizedStatic,

    /// <summary>
    /// Products of integers; the scales of the activations are taken from the values at run time, usually of a whole batch.
    /// </summary>
    QuantizedDynamic,
}

public static class WeightPrecisions
{
    /// <summary>In words: float32, quantized dynamic.</summary>
    public static string Words(this WeightPrecision precision) => Names.Of(precision).Replace('_', ' ');

    /// <summary>Whether the results are others than those of the model as it was trained, beyond rounding to a float type.</summary>
    public static bool IsQuantized(this WeightPrecision precision) =>
        precision is WeightPrecision.WeightOnly or WeightPrecision.QuantizedStatic or WeightPrecision.QuantizedDynamic;
}
