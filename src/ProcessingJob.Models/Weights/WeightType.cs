namespace ProcessingJob.Models.Weights;

/// <summary>Element types of safetensors. Only the first four can be weights here.</summary>
enum WeightType
{
    F32,
    F16,
    BF16,
    F64,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    BOOL,
    F8_E4M3,
    F8_E5M2,
}

static class WeightTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this WeightType type) =>
        type switch
        {
            WeightType.F64 or WeightType.I64 or WeightType.U64 => 8,
            WeightType.F32 or WeightType.I32 or WeightType.U32 => 4,
            WeightType.F16 or WeightType.BF16 or WeightType.I16 or WeightType.U16 => 2,
            _ => 1,
        };
}
