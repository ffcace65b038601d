using System.Diagnostics;
using System.Text.RegularExpressions;
using ProcessingJob.Testing;

namespace ProcessingJob.EndToEnd.Tests;

/// <summary>The worker's container image, built and run for real: no network, a read-only root, /opt/ml bind-mounted.</summary>
public sealed class ImageTests
{
    /// <summary>Set to anything: the test runs, which takes minutes.</summary>
    const string Variable = "PROCESSINGJOB_TEST_IMAGE";

    [Fact]
    public async Task CpuImage_BuiltAndRun_KeepsTheContract()
    {
        Assert.SkipWhen(
            Environment.GetEnvironmentVariable(Variable) is null,
            $"it builds an image, which takes minutes; {Variable}=1 runs it."
        );
        foreach (var tool in new[] { "buildah", "podman", "runc", "mmdebstrap" })
        {
            Assert.SkipWhen(Tool.Find(tool) is null, $"{tool} is not on PATH (apt-get install buildah podman runc mmdebstrap).");
        }

        Assert.SkipWhen(Environment.UserName != "root", "mounting /opt/ml into a container needs root here.");
        using var folder = new TempFolder();
        folder.Write("data/a.jsonl", string.Concat(Texts.Rows(300)));

        var start = new ProcessStartInfo("bash", [Repo.File("scripts", "verify-image.sh"), Models.Tiny, folder["data"], folder["out"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var script = Process.Start(start)!;
        var error = script.StandardError.ReadToEndAsync();
        var text = await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();

        Assert.True(script.ExitCode == 0, text + await error);
        Assert.NotEmpty(Directory.EnumerateFiles(folder["out", "_commits"]));
        // The numbers that the image itself checks before it is trusted.
        Assert.Contains("ok        onnx/model.onnx: in batches vs alone", text, StringComparison.Ordinal);
        // By what it stands on, and what is in it: the runtime that it brings, too.
        var digest = Regex.Match(text, "^base: .*:10.0-noble-chiseled@sha256:([0-9a-f]{64})$", RegexOptions.Multiline).Groups[1].Value;
        Assert.NotEmpty(digest);
        var sbom = await File.ReadAllTextAsync(folder["out", "sbom.cdx.json"], TestContext.Current.CancellationToken);
        Assert.Contains(digest, sbom, StringComparison.Ordinal);
        Assert.Contains("pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@", sbom, StringComparison.Ordinal);
        Assert.Contains("as 10001: 10001, the same bytes", text, StringComparison.Ordinal);
        // 143 when the signal came while it worked, 0 when it was done already.
        Assert.Contains(text.Split('\n'), line => line is "stopped: 143" or "stopped: 0");
    }
}
