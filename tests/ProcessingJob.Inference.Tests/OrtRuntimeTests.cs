using System.Runtime.InteropServices;
using ProcessingJob.Inference.Devices;

namespace ProcessingJob.Inference.Tests;

public sealed partial class OrtRuntimeTests
{
    [Fact]
    public void Start_OnLinux_TurnsTelemetryOffInTheNativeEnvironment()
    {
        OrtRuntime.Start();
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("there is no libc");
        }

        Assert.Equal("1", Marshal.PtrToStringUTF8(GetEnvironment("ORT_DISABLE_TELEMETRY")));
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr GetEnvironment(string name);
}
