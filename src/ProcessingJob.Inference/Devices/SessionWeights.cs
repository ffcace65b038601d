using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Inference.Devices;

/// <summary>The weights of a built graph, given to a session by address. To be disposed after the session.</summary>
sealed unsafe partial class SessionWeights : IDisposable
{
    const int ApiVersion = 23;
    const int GetErrorMessage = 2;
    const int ReleaseStatus = 93;
    const int AddExternalInitializers = 210;

    readonly List<OrtValue> _values = [];

    /// <param name="options">Of the session that is to be opened over the graph.</param>
    /// <param name="weights">They must stay where they are until the session is disposed.</param>
    /// <param name="inPlace">
    /// The device reads float32 weights where they lie. Others, and float16, are copied: a CPU value of another provider's weight is not
    /// taken by AddInitializer.
    /// </param>
    public SessionWeights(SessionOptions options, IReadOnlyList<GraphWeight> weights, bool inPlace)
    {
        foreach (var weight in weights)
        {
            var type = weight.Type == ElementType.Float16 ? TensorElementType.Float16 : TensorElementType.Float;
            _values.Add(
                OrtValue.CreateTensorValueWithData(
                    OrtMemoryInfo.DefaultInstance,
                    type,
                    [.. weight.Dimensions],
                    weight.Address,
                    weight.Bytes
                )
            );
        }

        if (!inPlace || weights.Any(weight => weight.Type == ElementType.Float16))
        {
            AddExternal(options, weights);
            return;
        }

        foreach (var (weight, value) in weights.Zip(_values))
        {
            options.AddInitializer(weight.Name, value);
        }
    }

    public void Dispose()
    {
        foreach (var value in _values)
        {
            value.Dispose();
        }
    }

    // ONNX Runtime's C function has no method in its C# package: it is called through the table of the C API, whose order never changes
    // (onnxruntime_c_api.h).
    void AddExternal(SessionOptions options, IReadOnlyList<GraphWeight> weights)
    {
        var names = weights.Select(weight => Marshal.StringToCoTaskMemUTF8(weight.Name)).ToArray();
        var handles = _values.Select(Handle).ToArray();
        var api = ((delegate* unmanaged<uint, void**>)(*(void**)OrtGetApiBase()))(ApiVersion);
        fixed (
            nint* name = names,
                value = handles
        )
        {
            var add = (delegate* unmanaged<nint, nint*, nint*, nuint, nint>)api[AddExternalInitializers];
            var status = add(options.DangerousGetHandle(), name, value, (nuint)weights.Count);
            Array.ForEach(names, Marshal.FreeCoTaskMem);
            if (status == 0)
            {
                return;
            }

            var message = ((delegate* unmanaged<nint, byte*>)api[GetErrorMessage])(status);
            var text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message));
            ((delegate* unmanaged<nint, void>)api[ReleaseStatus])(status);
            throw new InvalidOperationException($"ONNX Runtime does not take the weights: {text}");
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    static extern nint Handle(OrtValue value);

    [LibraryImport("onnxruntime")]
    private static partial nint OrtGetApiBase();
}
