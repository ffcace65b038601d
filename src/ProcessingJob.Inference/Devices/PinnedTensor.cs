using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ProcessingJob.Inference.Devices;

/// <summary>
/// Memory that does not move, seen by ONNX Runtime as tensors of any shape that fits: allocated once per thread, so that a batch
/// costs no allocation.
/// </summary>
sealed unsafe class PinnedTensor<T>(int capacity, TensorElementType elementType)
    where T : unmanaged
{
    readonly T[] _memory = GC.AllocateArray<T>(capacity, pinned: true);

    public Span<T> Span(int count) => _memory.AsSpan(0, count);

    /// <summary>A tensor over the first elements; it must not outlive this object.</summary>
    public OrtValue View(params long[] shape)
    {
        long count = 1;
        foreach (var dimension in shape)
        {
            count *= dimension;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _memory.Length, nameof(shape));
        var address = (IntPtr)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, elementType, shape, address, count * sizeof(T));
    }
}
