using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace ProcessingJob.Models.Tests;

/// <summary>
/// Gives weights to a session for any provider, as a GPU needs it. ONNX Runtime's C function for this has no method in its C# package, so
/// it is called through the table of the C API, whose order never changes (onnxruntime_c_api.h).
/// </summary>
static unsafe partial class ExternalInitializers
{
    const int ApiVersion = 23;
    const int GetErrorMessage = 2;
    const int ReleaseStatus = 93;
    const int AddExternalInitializers = 210;

    /// <summary>The values must live until the session is made.</summary>
    public static void Add(SessionOptions options, IReadOnlyList<(string Name, OrtValue Value)> weights)
    {
        var names = new nint[weights.Count];
        var values = new nint[weights.Count];
        for (var i = 0; i < weights.Count; i++)
        {
            names[i] = Marshal.StringToCoTaskMemUTF8(weights[i].Name);
            values[i] = Handle(weights[i].Value);
        }

        var api = ((delegate* unmanaged<uint, void**>)(*(void**)OrtGetApiBase()))(ApiVersion);
        fixed (
            nint* name = names,
                value = values
        )
        {
            var add = (delegate* unmanaged<nint, nint*, nint*, nuint, nint>)api[AddExternalInitializers];
            var status = add(options.DangerousGetHandle(), name, value, (nuint)weights.Count);
            Array.ForEach(names, Marshal.FreeCoTaskMem);
            ThrowIfFailed(api, status);
        }
    }

    static void ThrowIfFailed(void** api, nint status)
    {
        if (status != 0)
        {
            var message = ((delegate* unmanaged<nint, byte*>)api[GetErrorMessage])(status);
            var text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message));
            ((delegate* unmanaged<nint, void>)api[ReleaseStatus])(status);
            throw new InvalidOperationException(text);
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    static extern nint Handle(OrtValue value);

    [LibraryImport("onnxruntime")]
    private static partial nint OrtGetApiBase();
}
