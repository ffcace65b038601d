using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using ProcessingJob.Models.Graphs;

namespace ProcessingJob.Inference.Devices;

/// <summary>
/// Hands weights to a session by address, for any provider. ONNX Runtime's C function for this has no method in its C# package, so it is
/// called through the table of the C API, whose order never changes (onnxruntime_c_api.h).
/// </summary>
static unsafe partial class ExternalWeights
{
    const int ApiVersion = 23;
    const int GetErrorMessage = 2;
    const int ReleaseStatus = 93;
    const int AddExternalInitializersFromFilesInMemory = 279;

    /// <summary>The weights must stay where they are until the session is disposed.</summary>
    public static void Add(SessionOptions options, IReadOnlyList<GraphWeight> weights)
    {
        var names = stackalloc byte*[weights.Count];
        var buffers = stackalloc byte*[weights.Count];
        var lengths = stackalloc nuint[weights.Count];
        for (var i = 0; i < weights.Count; i++)
        {
            names[i] = (byte*)Marshal.StringToCoTaskMemUTF8(weights[i].Name);
            buffers[i] = (byte*)weights[i].Address;
            lengths[i] = (nuint)weights[i].Bytes;
        }

        var api = ((delegate* unmanaged<uint, void**>)(*(void**)OrtGetApiBase()))(ApiVersion);
        var add = (delegate* unmanaged<nint, byte**, byte**, nuint*, nuint, nint>)api[AddExternalInitializersFromFilesInMemory];
        var status = add(options.DangerousGetHandle(), names, buffers, lengths, (nuint)weights.Count);
        for (var i = 0; i < weights.Count; i++)
        {
            Marshal.FreeCoTaskMem((nint)names[i]);
        }

        if (status != 0)
        {
            var message = ((delegate* unmanaged<nint, byte*>)api[GetErrorMessage])(status);
            var text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message));
            ((delegate* unmanaged<nint, void>)api[ReleaseStatus])(status);
            throw new InvalidOperationException($"ONNX Runtime does not take the weights: {text}");
        }
    }

    [LibraryImport("onnxruntime")]
    private static partial nint OrtGetApiBase();
}
