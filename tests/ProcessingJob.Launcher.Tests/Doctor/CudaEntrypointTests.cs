using System.Diagnostics;
using ProcessingJob.Testing;

namespace ProcessingJob.Launcher.Tests.Doctor;

/// <summary>The cuda image's choice of driver libraries, with version files as drivers write them.</summary>
public sealed class CudaEntrypointTests
{
    [Theory]
    [InlineData("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024", true)]
    [InlineData("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build", true)]
    [InlineData("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build", false)]
    [InlineData("NVRM version: NVIDIA UNIX x86_64 Kernel Module  590.12  Sun May 12 19:39:15 UTC 2024", false)]
    [InlineData("NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256.02  Thu May  2 14:37:44 UTC 2024", false)]
    [InlineData("NVRM version: NVIDIA UNIX x86_64 Kernel Module  525.60.13  Wed Nov 30 06:39:21 UTC 2022", false)]
    [InlineData("NVRM version: NVIDIA UNIX x86_64 Kernel Module  534.99  Wed Nov 30 06:39:21 UTC 2022", false)]
    [InlineData(null, false)]
    public async Task Entrypoint_Driver_UsesCompatOnlyFrom535UntilItIsNotOlder(string? version, bool usesCompat)
    {
        using var folder = new TempFolder();
        folder.Write("compat/libcuda.so.580.65.06", "");
        if (version is not null)
        {
            folder.Write("version", version + "\nGCC version: gcc version 12.2.0");
        }

        var start = new ProcessStartInfo("sh", [Repo.File("docker", "cuda-entrypoint.sh"), "printenv", "LD_LIBRARY_PATH"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["CUDA_COMPAT_FOLDER"] = folder["compat"];
        start.Environment["NVIDIA_VERSION_FILE"] = folder["version"];
        // In the worker's place: a program that shows what the script hands on, arguments and environment.
        start.Environment["WORKER"] = "/usr/bin/env";
        start.Environment.Remove("LD_LIBRARY_PATH");

        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(usesCompat, text.EndsWith(folder["compat"] + "\n", StringComparison.Ordinal));
        Assert.Equal(usesCompat, text.Contains("forward-compatibility", StringComparison.Ordinal));
    }
}
