using System.Diagnostics;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>The worker's container image, built and run for real: no network, a read-only root, /opt/ml bind-mounted.</summary>
public sealed class ImageTests
{
    /// <summary>Set to 1 where a build of some minutes is welcome.</summary>
    private const string Variable = "PROCESSINGJOB_TEST_IMAGE";

    [Fact]
    public async Task CpuImage_BuiltAndRun_KeepsTheContract()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Variable) != "1", $"{Variable}=1 builds the image, which takes minutes.");
        foreach (var tool in new[] { "buildah", "podman", "runc", "mmdebstrap" })
            Assert.SkipWhen(Tool.Find(tool) is null, $"{tool} is not on PATH (apt-get install buildah podman runc mmdebstrap).");
        using var folder = new TempFolder();
        folder.Write("data/a.jsonl", string.Concat(Texts.Rows(300)));

        var start = new ProcessStartInfo("bash", [Repo.File("scripts", "verify-image.sh"), Models.Tiny, folder["data"], folder["out"]]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var script = Process.Start(start)!;
        var error = script.StandardError.ReadToEndAsync();
        var text = await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();

        Assert.True(script.ExitCode == 0, text + await error);
        Assert.NotEmpty(Directory.EnumerateFiles(folder["out", "_commits"]));
        // 143 when the signal came while it worked, 0 when it was done already.
        Assert.Contains(text.Split('\n'), line => line is "stopped: 143" or "stopped: 0");
    }
}
