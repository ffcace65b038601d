namespace ProcessingJob.Models.Graphs;

/// <summary>Element types of ONNX tensors, with the numbers of TensorProto.DataType.</summary>
public enum ElementType
{
    Float32 = 1,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
    Float16 = 10,
}

static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) =>
        type switch
        {
            ElementType.Int64 => 8,
            ElementType.Float16 => 2,
            ElementType.Bool => 1,
            _ => 4,
        };
}
